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

#: Expressions of ``v`` that are true of values that stand in the response as they are.
_AS_IT_IS = {
    GraphQLString.name: "type(v) is str",
    GraphQLID.name: "type(v) is str",
    GraphQLInt.name: "type(v) is int and -2147483648 <= v <= 2147483647",
    GraphQLFloat.name: "type(v) is float and isfinite(v)",
    GraphQLBoolean.name: "type(v) is bool",
}
_BUILT_IN = (GraphQLString, GraphQLID, GraphQLInt, GraphQLFloat, GraphQLBoolean)


class Leaf:
    """
    A leaf of a selection.

    ``as_it_is`` is a Python expression of ``v``, or None; ``names`` are an enum's members and
    their names in the response; ``plain`` are the classes of values met so far that are neither
    awaitable nor failures, and so may go straight to ``coerce``.
    """

    __slots__ = ("as_it_is", "coerce", "enum", "names", "plain")

    def __init__(self, type_: GraphQLLeafType) -> None:
        self.coerce: Callable[[Any], Any] = type_.coerce_output_value
        self.as_it_is = _AS_IT_IS[type_.name] if type_ in _BUILT_IN else None
        self.enum: type[Any] | None = None
        self.names: dict[Any, str] = {}
        self.plain: set[type[Any]] = set()
        wrapped = getattr(type_, "wrapped_cls", None)
        if isinstance(wrapped, EnumMeta):
            self._learn(wrapped)

    def _learn(self, enum: EnumMeta) -> None:
        members: list[Any] = list(enum.__members__.values())
        try:
            self.names = {member: self.coerce(member) for member in members}
        except Exception:
            # A member that the type does not know fails where it is met.
            self.names = {}
            return
        self.enum = enum


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
