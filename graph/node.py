"""Node: every object with a global id, found through the same loaders as on any other path."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from domain.kernel.errors import Invalid
from graph.context import Info
from graph.ids import decode_id

Load = Callable[[Info, int], Awaitable[Any]]

#: How each node type's record is loaded by its key.
NODES: dict[str, Load] = {}

_MOST_NODES = 100


@strawberry.interface(description="An object with a global id (Relay)")
class Node:
    id: strawberry.ID = strawberry.field(description="Global id, opaque")


def nodes_of(type_name: str, load: Load) -> None:
    """Say how ``node``, ``nodes`` and ``_entities`` load the type by its key."""
    NODES[type_name] = load


def _load(info: Info, global_id: str) -> Awaitable[Any] | None:
    decoded = decode_id(global_id)
    load = decoded and NODES.get(decoded[0])
    return load(info, decoded[1]) if decoded and load else None


def node(info: Info, id: strawberry.ID) -> Awaitable[Any] | None:
    """Query.node: null for an id that is unknown, hidden or none at all."""
    return _load(info, id)


def nodes(info: Info, ids: list[strawberry.ID]) -> list[Awaitable[Any] | None]:
    """Query.nodes: in the order of the ids, null where ``node`` is null."""
    if len(ids) > _MOST_NODES:
        raise Invalid("ids", f"must be at most {_MOST_NODES}")
    return [_load(info, global_id) for global_id in ids]


@strawberry.type
class NodeQueries:
    node: Node | None = strawberry.field(
        resolver=node, description="The object with this global id"
    )
    nodes: list[Node | None] = strawberry.field(
        resolver=nodes, description="The objects with these global ids, at most 100"
    )
