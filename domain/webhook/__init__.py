"""Webhooks: events delivered to others' servers, signed and never lost."""
