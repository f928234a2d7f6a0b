"""What the graph shows of the event machinery."""
