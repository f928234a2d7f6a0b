"""How data is named on the REST paths: the graph's camelCase keys in snake_case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import GraphQLOutputType

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def snake(name: str) -> str:
    """``postalCode`` as ``postal_code``."""
    return _HUMP.sub("_", name).lower()


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One selected value. ``parts`` are an object's, by response key; a leaf has None.

    A leaf goes out as it is: keys inside a JSON scalar are the operator's own.
    """

    type: GraphQLOutputType
    description: str | None = None
    parts: dict[str, Shape] | None = None

    def renamed(self, value: Any) -> Any:
        """The value of this shape with snake_case keys."""
        if self.parts is None or value is None:
            return value
        if isinstance(value, list):
            return [self.renamed(item) for item in value]
        return {snake(key): part.renamed(value[key]) for key, part in self.parts.items()}
