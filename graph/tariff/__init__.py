"""The tariff module's part of the graph."""
