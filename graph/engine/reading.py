"""The lines of a compiled loop that read attributes of an object."""

from collections.abc import Callable, Sequence
from typing import Any


def reading(targets: Sequence[str], attributes: Sequence[str], source: str, each: str) -> list[str]:
    """Reads them into the targets; if one raises, by what ``reader`` makes, called ``each``."""
    if not targets:
        return []
    pairs = zip(targets, attributes, strict=True)
    lines = [f"    {target} = {source}.{attribute}" for target, attribute in pairs]
    return ["try:", *lines, "except Exception:", f"    {', '.join(targets)}, = {each}({source})"]


def reader(attributes: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads each attribute by itself: what one raises is its value."""

    def each(source: Any) -> tuple[Any, ...]:
        values: list[Any] = []
        for name in attributes:
            try:
                values.append(getattr(source, name))
            except Exception as error:
                values.append(error)
        return tuple(values)

    return each
