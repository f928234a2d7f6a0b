"""Answers that return resellers and their commission."""
