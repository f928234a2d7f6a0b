"""How a refusal tells which limit was passed."""

from typing import Any

from graph import errors
from graph.limits.measures import REFUSALS

#: Names of the limits, and what there is too much of.
_NOUNS = {
    "bytes": "bytes",
    "tokens": "tokens",
    "depth": "levels of fields",
    "introspectionDepth": "levels of introspection",
    "rootFields": "root fields",
    "changes": "root fields in a mutation",
    "fields": "fields, fragments expanded",
    "aliases": "aliases, fragments expanded",
    "fragments": "fragments, each time it is spread",
    "directives": "directives",
    "operations": "operations",
    "variables": "variables in an operation",
    "passwords": "root fields that check a password",
    "cost": "points",
}


def limit_error(limit: str, measured: int, maximum: int, **more: str) -> dict[str, Any]:
    """The error for a document that has more of something than it may, and its count."""
    REFUSALS.labels(limit).inc()
    message = f"There are {measured} {_NOUNS[limit]}; at most {maximum} are allowed"
    error = errors.request_error(message, errors.LIMIT_EXCEEDED)
    error["extensions"] |= {"limit": limit, "maximum": maximum, "measured": measured, **more}
    return error
