"""Hostile requests made out of chance, the doors that they go in by, and what must not come out."""
