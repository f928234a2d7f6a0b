"""How fast the event stream is on this machine: ``make bench`` runs all and writes the table."""
