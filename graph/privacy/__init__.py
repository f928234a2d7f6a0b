"""Data protection in the schema: a person's data told in full, and forgotten."""
