"""What is left of a client's budget."""
