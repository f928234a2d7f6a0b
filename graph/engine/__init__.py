"""Compiled, breadth-first execution of GraphQL operations."""

from graph.engine.cache import Statistics
from graph.engine.declarations import by_class, guarded, unchanged
from graph.engine.engine import Engine

__all__ = ["Engine", "Statistics", "by_class", "guarded", "unchanged"]
