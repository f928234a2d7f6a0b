"""Answers that return accounts, service accounts and sign-ins."""
