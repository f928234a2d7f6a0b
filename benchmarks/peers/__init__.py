"""The servers that this one is measured beside."""
