"""Answers that return customers and what hangs off them."""
