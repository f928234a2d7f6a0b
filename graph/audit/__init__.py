"""The audit log: operations tell it what they read, and administrators ask it."""
