"""What every toy schema has: an enum, a scalar that misbehaves, and inputs, for either library."""

import enum
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, Undefined
from strawberry.types.scalar import ScalarDefinition

SDL = """
enum Color { RED GREEN BLUE }
scalar Odd
scalar DateTime
input Box {
  name: String!
  count: Int = 3
  colors: [Color!] = [RED]
  inner: Box
  pick: Pick
  odd: Odd
  deep: [[Int!]]
}
input Pick @oneOf { byId: ID byName: String byBox: Box }
"""


@strawberry.enum
class Color(enum.StrEnum):
    """An enum whose values are not its names."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Numbered(enum.IntEnum):
    """An enum that no schema has."""

    ONE = 1


Odd = NewType("Odd", object)


def shown_odd(value: Any) -> Any:
    """The value as it is; some names are instructions."""
    if value == "raise":
        raise ValueError("odd value")
    if value == "coded":
        raise GraphQLError("odd and coded", extensions={"code": "ODD"})
    if value == "none":
        return None
    return Undefined if value == "undefined" else value


def read_odd(value: Any) -> Any:
    """The value as it is; ``"raise"`` is none."""
    if value == "raise":
        raise ValueError("odd input")
    return value


SCALARS = {Odd: ScalarDefinition("Odd", None, None, shown_odd, read_odd, None)}


@strawberry.input
class Box:
    """An input with defaults, a list, and itself inside."""

    name: str
    count: int | None = 3
    colors: list[Color] | None = strawberry.field(default_factory=lambda: [Color.RED])
    inner: "Box | None" = None
    pick: "Pick | None" = None
    odd: Odd | None = None
    deep: list[list[int] | None] | None = strawberry.UNSET


@strawberry.input(one_of=True)
class Pick:
    """Exactly one of these."""

    by_id: strawberry.ID | None = strawberry.UNSET
    by_name: str | None = strawberry.UNSET
    by_box: Box | None = strawberry.UNSET
