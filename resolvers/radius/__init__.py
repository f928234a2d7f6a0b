"""Answers that return sessions, access decisions and network access servers."""
