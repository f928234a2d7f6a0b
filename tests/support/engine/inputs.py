"""Values for arguments: literals, variables in every place, and such as are refused in time."""

import json
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)

from tests.support.engine.chance import Chance, pick, rarely

_VALUES: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, -3, 2**31 - 1),
    "Float": (0.5, 1, -2.25),
    "String": ("", "a", 'quo"te\n'),
    "Boolean": (False, True),
    "ID": ("a", 1, ""),
    "Odd": ("a", 1, {"k": [1, None]}, None),
}
#: What a client may send that fits nothing, or not this.
_UNFIT: tuple[Any, ...] = ("raise", 2**40, True, 1.5, [1], {"x": 1}, "NOPE", None)
_DEEPEST = 2
#: A page has one end: of these three few may come with ``first``.
_ENDS = frozenset({"last", "before", "after"})


@dataclass
class Variables:
    """
    The variables of a document: name → declaration, and what is sent.

    ``unfit``: one in so many values is of a wrong type; zero for none.
    """

    rng: Chance
    unfit: int = 0
    declared: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)

    def declare(self, type_text: str, default: str | None, value: Any) -> str:
        """The name of a new variable; ``Undefined``: it is not sent."""
        name = f"v{len(self.declared)}"
        self.declared[name] = f"${name}: {type_text}" + (f" = {default}" if default else "")
        if value is not Undefined:
            self.sent[name] = value
        return name


class Inputs:
    """Writes arguments; ``used`` collects the variables that they name."""

    def __init__(self, variables: Variables, values: Any = None) -> None:
        self.variables = variables
        self.used: set[str] = set()
        self._rng = variables.rng
        self._values = values

    def arguments(self, of: dict[str, GraphQLArgument]) -> str:
        """``"(a: 1, b: $v0)"``, or nothing."""
        given = []
        for name, argument in of.items():
            required = isinstance(argument.type, GraphQLNonNull) and not _has_default(argument)
            if required or self._is_given(name):
                given.append(
                    f"{name}: {self._text(argument.type, _has_default(argument), 0, name)}"
                )
        return f"({', '.join(given)})" if given else ""

    def _is_given(self, name: str) -> bool:
        if name in _ENDS:
            return rarely(self._rng, 12)
        return name == "first" or not rarely(self._rng, 3)

    def condition(self) -> str:
        """A Boolean for ``@skip`` or ``@include``."""
        if rarely(self._rng, 2):
            return self._variable(GraphQLNonNull(GraphQLBoolean), False, "if")
        return pick(self._rng, ("true", "false"))

    def _text(self, of: Any, has_default: bool, depth: int, name: str) -> str:
        if rarely(self._rng, 3):
            return self._variable(of, has_default, name)
        if isinstance(of, GraphQLNonNull):
            return self._literal(of.of_type, depth, name)
        return "null" if rarely(self._rng, 8) else self._literal(of, depth, name)

    def _literal(self, of: Any, depth: int, name: str) -> str:
        rng = self._rng
        if isinstance(of, GraphQLList):
            item = of.of_type.of_type if isinstance(of.of_type, GraphQLNonNull) else of.of_type
            if rarely(rng, 6) and not isinstance(item, GraphQLList):
                # One item stands for a list of one.
                return self._literal(item, depth, name)
            items = [self._text(of.of_type, False, depth, name) for _ in range(rng.randrange(3))]
            return f"[{', '.join(items)}]"
        if isinstance(of, GraphQLEnumType):
            return pick(rng, sorted(of.values))
        if isinstance(of, GraphQLInputObjectType):
            return self._object(of, depth)
        return written(self._scalar(of.name, name))

    def _object(self, of: GraphQLInputObjectType, depth: int) -> str:
        if of.is_one_of or of.out_type is not GraphQLInputObjectType.out_type:
            name = pick(self._rng, list(of.fields)) if depth < _DEEPEST else next(iter(of.fields))
            member = GraphQLNonNull(of.fields[name].type)
            if rarely(self._rng, 3):
                value = self.value(member, name, depth + 1)
                known = self.variables.declare(str(member), None, value)
                self.used.add(known)
                return f"{{{name}: ${known}}}"
            return f"{{{name}: {self._literal(of.fields[name].type, depth + 1, name)}}}"
        parts = []
        for name, each in of.fields.items():
            if self._given(each, depth):
                text = self._text(each.type, _has_default(each), depth + 1, name)
                parts.append(f"{name}: {text}")
        return f"{{{', '.join(parts)}}}"

    def _given(self, each: GraphQLInputField, depth: int) -> bool:
        if isinstance(each.type, GraphQLNonNull) and not _has_default(each):
            return True
        return depth < _DEEPEST and rarely(self._rng, 3)

    # Variables.

    def _variable(self, of: Any, has_default: bool, name: str) -> str:
        """A variable that may stand in a place of this type, with or without a default there."""
        rng = self._rng
        value = self.value(of, name, 0)
        is_strict = isinstance(of, GraphQLNonNull)
        nullable = of.of_type if is_strict else of
        default = None
        roll = rng.randrange(6)
        if roll == 1:
            type_text = str(GraphQLNonNull(nullable))
            value = self.value(GraphQLNonNull(nullable), name, 0)
        elif roll >= 4 or (is_strict and has_default and roll == 3):
            # Allowed where null is not: the default steps in, unless null is sent.
            type_text = str(nullable)
            if roll >= 4:
                default = self._default(GraphQLNonNull(nullable), name)
            value = pick(rng, (Undefined, value, None))
        else:
            type_text = str(of)
            if not is_strict and roll >= 2:
                value = Undefined
        known = self.variables.declare(type_text, default, value)
        self.used.add(known)
        return f"${known}"

    def _default(self, of: Any, name: str) -> str:
        return written(self.value(of, name, 1, fit=True), of)

    def value(self, of: Any, name: str, depth: int, *, fit: bool = False) -> Any:
        """A value as JSON has it."""
        rng = self._rng
        if not fit and self.variables.unfit and rarely(rng, self.variables.unfit):
            return pick(rng, _UNFIT)
        if isinstance(of, GraphQLNonNull):
            of = of.of_type
        elif rarely(rng, 8):
            return None
        if isinstance(of, GraphQLList):
            return [self.value(of.of_type, name, depth, fit=fit) for _ in range(rng.randrange(3))]
        if isinstance(of, GraphQLEnumType):
            return pick(rng, sorted(of.values))
        if isinstance(of, GraphQLInputObjectType):
            return self._object_value(of, depth, fit=fit)
        return self._scalar(of.name, name)

    def _object_value(self, of: GraphQLInputObjectType, depth: int, *, fit: bool) -> dict[str, Any]:
        if of.is_one_of or of.out_type is not GraphQLInputObjectType.out_type:
            name = pick(self._rng, list(of.fields)) if depth < _DEEPEST else next(iter(of.fields))
            member = GraphQLNonNull(of.fields[name].type)
            return {name: self.value(member, name, depth + 1, fit=fit)}
        return {
            name: self.value(each.type, name, depth + 1, fit=fit)
            for name, each in of.fields.items()
            if self._given(each, depth)
        }

    def _scalar(self, scalar: str, name: str) -> Any:
        if self._values is not None:
            return self._values(self._rng, scalar, name)
        return pick(self._rng, _VALUES[scalar])


def written(value: Any, of: Any = None) -> str:
    """The value as GraphQL has it in a document."""
    of = of.of_type if isinstance(of, GraphQLNonNull) else of
    if isinstance(of, GraphQLEnumType) and isinstance(value, str):
        return value
    if isinstance(value, list):
        item = of.of_type if isinstance(of, GraphQLList) else None
        return f"[{', '.join(written(each, item) for each in value)}]"
    if isinstance(value, dict):
        fields = getattr(of, "fields", {})
        parts = [
            f"{k}: {written(v, fields[k].type if k in fields else None)}" for k, v in value.items()
        ]
        return f"{{{', '.join(parts)}}}"
    return json.dumps(value)


def _has_default(each: GraphQLArgument | GraphQLInputField) -> bool:
    return each.default is not None or each.default_value is not Undefined
