"""``isp-graph``: serve, migrate, seed, mint tokens, print the schema, follow events, diagnose."""

from graph.cli.main import app

__all__ = ["app"]
