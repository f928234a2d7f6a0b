"""Live events: the ordered log, its relay, the hub that fans it out, and durable handlers."""
