"""Tariffs: the catalogue of plans, who is on which, what they used, and fair use."""
