"""Answers that return plans, assignments and usage."""
