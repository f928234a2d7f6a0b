"""Answers: one plain function per field, all loads batched."""
