"""The objects of a toy world: attributes, dicts, other mappings, and such as answer by code."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Thing:
    """An object with attributes."""

    def __repr__(self) -> str:
        return "<thing>"


class LazyThing:
    """An object whose attributes are worked out when they are read, and may fail."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._read(name)

    def __repr__(self) -> str:
        return "<lazy thing>"


class ThingMapping(Mapping[str, Any]):
    """A mapping that is no dict."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __repr__(self) -> str:
        return "<mapping>"
