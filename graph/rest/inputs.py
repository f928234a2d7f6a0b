"""Inputs of the REST paths: text and JSON checked against the graph's types, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLScalarType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

from graph import errors
from graph.rest.shapes import snake

_MOST_FAULTS = 100
_LONGEST_SHOWN = 64
_BUILT_IN = {
    "Int": "must be a 32-bit integer",
    "Float": "must be a number",
    "String": "must be text",
    "Boolean": "must be true or false",
    "ID": "must be text",
}
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Origin(StrEnum):
    """Where in a request an input stands, by the word that a fault names it with."""

    BODY = "pointer"
    QUERY = "parameter"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Place:
    """One input: where it stands, and the names that lead to it."""

    origin: Origin
    names: tuple[str | int, ...]

    def below(self, name: str | int) -> Place:
        return Place(self.origin, (*self.names, name))

    def fault(self, detail: str, code: str = errors.BAD_USER_INPUT) -> dict[str, str]:
        """What is wrong with it, as a problem document lists it."""
        if self.origin is Origin.BODY:
            named = "#" + "".join(f"/{_escaped(str(name))}" for name in self.names)
        else:
            named = str(self.names[0])
        return {"detail": detail, "code": str(code), self.origin.value: named}

    def __str__(self) -> str:
        return ".".join(str(name) for name in self.names) or "The body"


class Checker:
    """Checks inputs and collects what is wrong with them in ``faults``."""

    def __init__(self) -> None:
        self.faults: list[dict[str, str]] = []

    def refuse(self, place: Place, reason: str) -> None:
        """Note that the input is wrong; ``reason`` continues a sentence that begins with it."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(place.fault(f"{place} {reason}"))

    def value(self, value: Any, kind: GraphQLInputType, place: Place) -> Any:
        """The JSON value with the graph's names, as a variable of that type."""
        if value is None:
            if is_non_null_type(kind):
                self.refuse(place, "must not be null")
            return None
        kind = get_nullable_type(kind)
        if is_list_type(kind):
            return self._list(value, kind.of_type, place)
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(value, kind, place)
        self._leaf(value, kind, place)
        return value

    def has_refused(self, place: Place) -> bool:
        """Whether something is wrong with the input already."""
        named = place.fault("")[place.origin]
        return any(fault.get(place.origin) == named for fault in self.faults)

    def known(self, given: Mapping[str, Any], names: Mapping[str, Any], place: Place) -> None:
        """Refuse each name that is none of those known."""
        for name in given:
            if name not in names:
                self.refuse(place.below(name[:_LONGEST_SHOWN]), "is not known here")

    def _list(self, value: Any, kind: GraphQLInputType, place: Place) -> Any:
        if not isinstance(value, list):
            self.refuse(place, "must be a list")
            return None
        return [self.value(item, kind, place.below(index)) for index, item in enumerate(value)]

    def _object(self, value: Any, kind: GraphQLInputObjectType, place: Place) -> Any:
        if not isinstance(value, dict):
            self.refuse(place, "must be an object")
            return None
        fields = {snake(name): (name, field) for name, field in kind.fields.items()}
        self.known(value, fields, place)
        checked: dict[str, Any] = {}
        for wire_name, (name, field) in fields.items():
            if wire_name in value:
                inner = place.below(wire_name)
                checked[name] = self.value(value[wire_name], field.type, inner)
            elif is_required_input_field(field):
                self.refuse(place.below(wire_name), "is required")
        return checked

    def _leaf(self, value: Any, kind: Any, place: Place) -> None:
        if isinstance(kind, GraphQLEnumType):
            if not isinstance(value, str) or value not in kind.values:
                self.refuse(place, f"must be one of {', '.join(kind.values)}")
            return
        assert isinstance(kind, GraphQLScalarType)
        try:
            kind.parse_value(value)
        except GraphQLError as error:
            # Our scalars say what they expect and repeat no input; the built-in ones repeat it.
            expected = _BUILT_IN.get(kind.name) or error.message.removeprefix(f"{kind.name} ")
            self.refuse(place, expected)


def from_text(texts: Sequence[str], kind: GraphQLInputType) -> Any:
    """
    The JSON value that a query parameter stands for; a list comes as ``a,b`` or ``p=a&p=b``.

    What does not look like the type stays text, for the checker to refuse.
    """
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        return [from_text([text], kind.of_type) for part in texts for text in part.split(",")]
    text = texts[0]
    return int(text) if kind is GraphQLInt and _WHOLE.fullmatch(text) else text


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
