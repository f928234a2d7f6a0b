"""Invoices on paper: what they say, as a page and as PDF."""
