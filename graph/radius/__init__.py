"""The radius module's part of the schema."""
