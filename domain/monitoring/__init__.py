"""Monitoring: a customer's line in numbers, alerts about it, and the network that serves it."""
