"""Choices that shrink towards the first, the fewest and the usual."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """What decides: ``random.Random`` is one."""

    def randrange(self, stop: int, /) -> int:
        """A number from zero to less than ``stop``; zero is the simplest."""


class Tape:
    """Chance from a string of bytes, one for each choice; zero when it has come to its end."""

    def __init__(self, tape: bytes) -> None:
        self._tape = iter(tape)

    def randrange(self, stop: int, /) -> int:
        return next(self._tape, 0) % stop


def rarely(rng: Chance, one_in: int) -> bool:
    """True once in so many times."""
    return rng.randrange(one_in) == one_in - 1


def pick(rng: Chance, choices: Sequence[T]) -> T:
    """One of the choices; the first is the simplest."""
    return choices[rng.randrange(len(choices))] if len(choices) > 1 else choices[0]


def some(rng: Chance, choices: Sequence[T], most: int) -> list[T]:
    """Up to so many of the choices, none twice."""
    left = list(choices)
    count = min(rng.randrange(most + 1), len(left))
    return [left.pop(rng.randrange(len(left))) for _ in range(count)]
