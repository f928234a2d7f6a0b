"""How fast the event stream is: ``make bench-events`` measures all and writes the table."""
