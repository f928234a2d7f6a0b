"""The business of an Internet provider: no GraphQL, no HTTP."""
