"""Answers from the audit log."""
