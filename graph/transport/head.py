"""The head of a request: its header fields, gathered once for all who ask."""

from starlette.types import Scope

_KEY = "isp_graph.fields"


def fields_of(scope: Scope) -> dict[bytes, bytes]:
    """
    The header fields by their names in lower case; of several of one name, the first.

    Fewer than ``scope["headers"]`` where a name comes twice.
    """
    known: dict[bytes, bytes] | None = scope.get(_KEY)
    if known is None:
        known = scope[_KEY] = dict(reversed(scope["headers"]))
    return known


def field_of(scope: Scope, name: bytes) -> str | None:
    """The value of the field with that name in lower case."""
    value = fields_of(scope).get(name)
    return None if value is None else value.decode("latin-1")
