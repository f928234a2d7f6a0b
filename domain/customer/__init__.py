"""Customers: who they are, their status and subscription state, addresses, documents, channels."""
