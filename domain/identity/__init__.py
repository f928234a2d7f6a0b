"""Accounts that sign in: staff, resellers' people, customers; and the tokens they get."""
