"""The monitoring module's part of the graph."""
