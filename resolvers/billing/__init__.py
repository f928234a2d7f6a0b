"""Answers that return billing accounts, invoices and payments."""
