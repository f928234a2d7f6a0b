"""The federation entity resolver: allow-listed types and keys, batched, under the row policy."""

from collections.abc import Awaitable
from typing import Any

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


def resolve_entities(
    info: Info, representations: list[Any]
) -> list[Awaitable[Any] | Exception | None]:
    """
    ``Query._entities``: the record behind each representation, null where none may be seen.

    Only the declared key is read; a record is never built from what the client sent. What is
    wrong with one representation is an error at its place, and the others are answered.

    Raises:
        Invalid: more than 100 representations.
    """
    if len(representations) > MOST_REPRESENTATIONS:
        raise Invalid("representations", f"must be at most {MOST_REPRESENTATIONS}")
    return [_resolved(info, number, item) for number, item in enumerate(representations)]


def _resolved(info: Info, number: int, representation: Any) -> Awaitable[Any] | Exception | None:
    try:
        type_name, key = _keyed(representation, ["representations", str(number)])
    except Invalid as failure:
        # An exception as a value fails this item of the list alone.
        return failure
    return None if key is None else NODES[type_name](info, key)


def _keyed(representation: Any, path: list[str]) -> tuple[str, int | None]:
    """Type and key, None for a key that no row can have. Never tells what was sent."""
    if not isinstance(representation, dict):
        raise Invalid(path, "must be an object with __typename and a key")
    type_name = representation.get("__typename")
    if not isinstance(type_name, str) or type_name not in NODES:
        raise Invalid(path, "has no __typename of an entity")
    declared = [name for name in ("id", INTEGER_KEYS.get(type_name)) if name is not None]
    given = representation.keys() - {"__typename"}
    if len(given) != 1 or given.isdisjoint(declared):
        raise Invalid(path, f"must have __typename and one key: {' or '.join(declared)}")
    [name] = given
    value = representation[name]
    if name == "id":
        return type_name, _key_in_id(value, type_name, path)
    return type_name, _number(value, [*path, name])


def _key_in_id(value: Any, type_name: str, path: list[str]) -> int | None:
    if not isinstance(value, str):
        raise Invalid([*path, "id"], "must be a global id")
    decoded = decode_id(value)
    return decoded[1] if decoded is not None and decoded[0] == type_name else None


def _number(value: Any, path: list[str]) -> int | None:
    # Not isinstance: a boolean is no number here.
    if type(value) is not int:
        raise Invalid(path, "must be a whole number")
    return value if 0 < value <= _LARGEST_KEY else None
