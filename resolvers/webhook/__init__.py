"""Answers that return webhook endpoints and what was sent to them."""
