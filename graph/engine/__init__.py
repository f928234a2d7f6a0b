"""Compiled, breadth-first execution of GraphQL operations."""

from graph.engine.declarations import by_class, guarded
from graph.engine.engine import Engine, Statistics

__all__ = ["Engine", "Statistics", "by_class", "guarded"]
