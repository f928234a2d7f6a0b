"""The reseller module's part of the schema."""
