"""How plain leaf values become what the response holds, as Python to be compiled into a loop."""

from __future__ import annotations

from collections.abc import Callable
from enum import EnumMeta
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import inspect

from graph.engine.declarations import unchanged_by
from graph.engine.plan import Field

#: Expressions that are true of values that stand in the response as they are.
_AS_IT_IS = {
    GraphQLString.name: "type({v}) is str",
    GraphQLID.name: "type({v}) is str",
    GraphQLInt.name: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat.name: "type({v}) is float and isfinite({v})",
    GraphQLBoolean.name: "type({v}) is bool",
}
_BUILT_IN = (GraphQLString, GraphQLID, GraphQLInt, GraphQLFloat, GraphQLBoolean)


class Leaf:
    """
    A field of a selection that is a leaf and is got without more ado.

    ``as_it_is`` is a Python expression, or None; ``plain`` are classes of values that are neither
    awaitable nor failures, and so may go straight to ``coerce``; to it those of the class
    ``unchanged`` need not go.
    """

    __slots__ = ("as_it_is", "coerce", "field", "plain", "resolver", "unchanged")

    def __init__(self, field: Field) -> None:
        assert field.leaf is not None
        self.field = field
        self.resolver = field.resolver
        self.as_it_is = _AS_IT_IS[field.leaf.name] if field.leaf in _BUILT_IN else None
        self.coerce: Callable[[Any], Any] = field.leaf.coerce_output_value
        self.unchanged = unchanged_by(self.coerce)
        self.plain: set[type[Any]] = set()
        enum = getattr(field.leaf, "wrapped_cls", None)
        if isinstance(enum, EnumMeta):
            self._learn(enum)

    def names(self) -> dict[str, Any]:
        """What compiled code calls it."""
        return {
            "call": self.resolver.function,
            "plain": self.plain,
            "coerce": self.coerce,
            "unchanged": self.unchanged,
        }

    def coercing(self, value: str, name: str) -> str:
        """An expression for what is coerced from the value, or Undefined; the name is its own."""
        coerced = f"coerce{name}({value}) if type({value}) in plain{name} else Undefined"
        if self.unchanged is None:
            return coerced
        return f"{value} if type({value}) is unchanged{name} else {coerced}"

    def _learn(self, enum: EnumMeta) -> None:
        """Look the names of an enum's members up once: Strawberry searches for each value."""
        members: list[Any] = list(enum.__members__.values())
        try:
            names = {member: self.coerce(member) for member in members}
        except Exception:
            # A member that the type does not know fails where it is met.
            return
        self.plain.add(enum)
        self.coerce = names.__getitem__


def coerced(type_: GraphQLLeafType, value: Any) -> Any:
    """
    The value in the response.

    Raises:
        Exception: the type cannot represent it, with graphql-core's message.
    """
    result = type_.coerce_output_value(value)
    if result is None or result is Undefined:
        raise TypeError(
            f"Expected `{inspect(type_)}.coerce_output_value({inspect(value)})`"
            f" to return non-nullable value, returned: {inspect(result)}"
        )
    return result
