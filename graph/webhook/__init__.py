"""The webhook module's part of the schema."""
