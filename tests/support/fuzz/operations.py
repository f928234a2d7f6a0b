"""Operations over the real schema: mostly right in shape, with wrong values in them."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from tests.support.fuzz.hostile import hostile, is_raw, raw_text
from tests.support.fuzz.plausible import plausible

_DEEPEST = 3
_MOST_FIELDS = 3
_KINDS = ("query", "mutation", "subscription")
_KIND_WEIGHTS = (52, 40, 8)
#: Names that few operations should have: they would leave nothing to play with, or hash passwords.
_SELDOM = frozenset({"deleteCustomer", "signIn", "authenticateCustomer", "_service"})
#: How often these arguments are given: a list needs one of its ends, and few cursors are good.
_GIVEN = {"first": 0.95, "last": 0.05, "before": 0.05, "after": 0.05}
_NAMES = ("", "a\r\nb\x1b[31m", 7, "Other")


@dataclass
class Operation:
    """A document with its variables, and of what kind it is."""

    kind: str
    document: str
    variables: dict[str, Any] = field(default_factory=dict)
    name: Any = None


class Generator:
    """
    Makes one operation out of chance: ``shape`` decides on the document, ``rng`` on the values.

    ``spite`` is the probability of a hostile value for each input.
    """

    def __init__(self, schema: GraphQLSchema, shape: Random, rng: Random, spite: float) -> None:
        self._schema = schema
        self._shape = shape
        self._rng = rng
        self._spite = spite
        self._variables: dict[str, Any] = {}
        self._declared: list[str] = []
        self._aliases = 0

    def operation(self) -> Operation:
        [kind] = self._shape.choices(_KINDS, _KIND_WEIGHTS)
        root: Any = getattr(self._schema, f"{kind}_type")
        number = 1 if kind == "subscription" or self._shape.random() < 0.7 else 2
        fields = [self._root_field(root) for _ in range(number)]
        chosen = " ".join(
            f"f{index}: {self._selected(name, root.fields[name], 1)}"
            for index, name in enumerate(fields)
        )
        name = self._rng.choice(_NAMES if self._rng.random() < 0.04 else (None, "Op"))
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        document = f"{kind} Op{declared} {{ {chosen} }}"
        return Operation(kind, self._mutilated(document), self._variables, name)

    def _root_field(self, root: GraphQLObjectType) -> str:
        name = self._shape.choice(sorted(root.fields))
        return self._shape.choice(sorted(root.fields)) if name in _SELDOM else name

    def _selected(self, name: str, of: GraphQLField, depth: int) -> str:
        arguments = [
            f"{each}: {self._argument(each, argument)}"
            for each, argument in of.args.items()
            if is_required_argument(argument) or self._shape.random() < _GIVEN.get(each, 0.4)
        ]
        given = f"({', '.join(arguments)})" if arguments else ""
        return f"{name}{given}{self._selection(get_named_type(of.type), depth)}"

    def _selection(self, kind: Any, depth: int) -> str:
        if is_leaf_type(kind):
            return ""
        parts = ["__typename"]
        if is_abstract_type(kind):
            possible = sorted(self._schema.get_possible_types(kind), key=lambda each: each.name)
            parts.extend(
                f"... on {each.name} {self._selection(each, depth)}"
                for each in self._shape.sample(possible, min(1, len(possible)))
            )
        fields = sorted(getattr(kind, "fields", {}).items())
        if depth >= _DEEPEST:
            fields = [each for each in fields if is_leaf_type(get_named_type(each[1].type))]
        for name, of in self._shape.sample(fields, min(_MOST_FIELDS, len(fields))):
            # Aliased, so that the same field with other arguments does not merge.
            alias = f"{self._alias()}: " if of.args else ""
            parts.append(alias + self._selected(name, of, depth + 1))
        return f" {{ {' '.join(parts)} }}"

    def _alias(self) -> str:
        self._aliases += 1
        return f"x{self._aliases}"

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        if self._shape.random() < 0.15:
            written = Generator(self._schema, self._shape, self._shape, self._spite)
            return literal(written.value(argument.type, name), argument.type)
        value = self._value(argument.type, name)
        variable = f"v{len(self._declared)}"
        self._declared.append(f"${variable}: {argument.type}")
        self._variables[variable] = value
        return f"${variable}"

    def value(self, of: GraphQLInputType, name: str) -> Any:
        """A value for an input of that type and name, as JSON has it."""
        return self._value(of, name)

    def _value(self, of: GraphQLInputType, name: str) -> Any:
        if isinstance(of, GraphQLNonNull):
            return self._value(of.of_type, name)
        is_input = isinstance(of, GraphQLInputObjectType)
        if self._rng.random() < (self._spite / 6 if is_input else self._spite):
            return hostile(self._rng)
        if isinstance(of, GraphQLList):
            return [self._value(of.of_type, name) for _ in range(self._rng.choice((0, 1, 1, 3)))]
        if isinstance(of, GraphQLEnumType):
            return self._rng.choice(sorted(of.values))
        if is_input:
            return self._object(of)
        return plausible(self._rng, of.name, name)

    def _object(self, of: GraphQLInputObjectType) -> dict[str, Any]:
        if _takes_one(of):
            chosen = [self._rng.choice(sorted(of.fields))]
            chosen *= self._rng.random() > self._spite / 4
        else:
            chosen = [name for name, each in of.fields.items() if self._has(each)]
        made = {name: self._value(of.fields[name].type, name) for name in chosen}
        if self._rng.random() < self._spite / 10:
            made[self._rng.choice(("extra", "", "__typename", "a\0b"))] = hostile(self._rng)
        return made

    def _has(self, each: GraphQLInputField) -> bool:
        likely = 1 - self._spite / 10 if is_required_input_field(each) else 0.35
        return self._rng.random() < likely

    def _mutilated(self, document: str) -> str:
        """The document, once in twenty times with a part of it missing, doubled or strange."""
        if self._rng.random() > 0.05:
            return document
        start, end = sorted(self._rng.randrange(len(document)) for _ in range(2))
        part = self._rng.choice(
            (
                "",
                document[start:end] * 2,
                "{",
                "...F",
                "\u202e",
                "@skip(if: true)",
                "#\r",
                "\\u0000",
            )
        )
        return document[:start] + part + document[end:]


def literal(value: Any, of: Any = None) -> str:
    """The value as GraphQL has it in a document."""
    of = of.of_type if isinstance(of, GraphQLNonNull) else of
    if isinstance(of, GraphQLEnumType) and isinstance(value, str) and value in of.values:
        return value
    if is_raw(value):
        return raw_text(value)
    if isinstance(value, list):
        inner = of.of_type if isinstance(of, GraphQLList) else None
        return f"[{', '.join(literal(each, inner) for each in value)}]"
    if isinstance(value, dict):
        fields = getattr(of, "fields", {})
        parts = (
            f"{name}: {literal(each, fields[name].type if name in fields else None)}"
            for name, each in value.items()
        )
        return f"{{{', '.join(parts)}}}"
    return json.dumps(value)


def _takes_one(of: GraphQLInputObjectType) -> bool:
    return bool(of.is_one_of) or of.name.endswith("By")
