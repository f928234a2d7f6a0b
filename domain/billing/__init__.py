"""Billing: accounts, invoices with gap-free numbers, and the payments that settle them."""
