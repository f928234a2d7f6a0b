"""The federation entity resolver: allow-listed types and keys, batched, under the row policy."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.access import Permission
from domain.kernel.errors import Invalid
from graph.context import Info
from graph.ids import decode_id
from graph.node import NODES

MOST_REPRESENTATIONS = 100
_LARGEST_KEY = 2**31 - 1

#: Integer keys beside ``id``: the guide's numbers.
INTEGER_KEYS = {
    "Customer": "customerId",
    "Reseller": "resellerId",
    "TariffPlan": "tariffPlanId",
}


def resolve_entities(info: Info, representations: list[Any]) -> list[Awaitable[Any] | None]:
    """
    ``Query._entities``: the record behind each representation, null where none may be seen.

    Only the declared key is read; a record is never built from what the client sent, and a
    representation with more than a key is refused.

    Raises:
        Invalid: more than 100 representations, an unknown type, or a wrong key.
    """
    if len(representations) > MOST_REPRESENTATIONS:
        raise Invalid("representations", f"must be at most {MOST_REPRESENTATIONS}")
    keyed = [_keyed(number, item) for number, item in enumerate(representations)]
    return [None if key is None else NODES[type_name](info, key) for type_name, key in keyed]


def may_see_sdl(info: Info) -> bool:
    """Whether the actor may read the subgraph's SDL: gateways and administrators."""
    return info.actor.can(Permission.FEDERATION)


def _keyed(number: int, representation: Any) -> tuple[str, int | None]:
    path = ["representations", str(number)]
    if not isinstance(representation, dict):
        raise Invalid(path, "must be an object with __typename and a key")
    type_name = representation.get("__typename")
    if not isinstance(type_name, str) or type_name not in NODES:
        raise Invalid(path, "has no __typename of an entity")
    fields = {name: value for name, value in representation.items() if name != "__typename"}
    if len(fields) != 1:
        raise Invalid(path, "must have __typename and exactly one key")
    name, value = fields.popitem()
    return type_name, _key(type_name, name, value, path)


def _key(type_name: str, name: str, value: Any, path: list[str]) -> int | None:
    if name == "id" and isinstance(value, str):
        decoded = decode_id(value)
        return decoded[1] if decoded is not None and decoded[0] == type_name else None
    if name == INTEGER_KEYS.get(type_name) and type(value) is int:
        return value if 0 < value <= _LARGEST_KEY else None
    raise Invalid([*path, name], f"is no key of {type_name}")
