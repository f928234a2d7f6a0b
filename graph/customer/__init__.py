"""The customer module's part of the graph."""
