"""Toy schemas that misbehave, documents over them, and what two executors make of both."""
