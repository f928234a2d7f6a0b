"""The guide's REST paths: a table of GraphQL documents, run with the caller's own identity."""
