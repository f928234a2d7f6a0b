"""The billing module's part of the graph."""
