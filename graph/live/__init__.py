"""Subscriptions at work: shared where they are the same, bounded, and ended in order."""
