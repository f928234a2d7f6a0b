"""Strawberry as its documentation shows it: ORM entities, data loaders, ``strawberry.asgi``."""
