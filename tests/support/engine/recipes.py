"""What resolvers answer, written down: right values mostly, and every wrong one."""

import datetime
import decimal
import math
from dataclasses import dataclass
from typing import Any

from graphql import Undefined

from tests.support.engine.chance import Chance, pick, rarely
from tests.support.engine.model import Check, How, Resolves, Toy, inner
from tests.support.engine.prelude import Color, Numbered

#: How many different objects of a type there are.
OBJECTS = 4
LIAR = OBJECTS - 1


class Oddity:
    """A value that no scalar knows; it always prints the same."""

    def __repr__(self) -> str:
        return "<oddity>"


@dataclass(frozen=True, slots=True)
class Plain:
    """A value as it is."""

    value: Any


@dataclass(frozen=True, slots=True)
class Obj:
    """An object of the toy by its number; ``fresh``: a new one that is just like it."""

    type: str
    number: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, or something that may stand for one."""

    container: str
    items: tuple["Recipe", ...]


@dataclass(frozen=True, slots=True)
class Fails:
    """An exception that is raised, or given as a value, by its name in ``failures``."""

    failure: str
    raised: bool = True


@dataclass(frozen=True, slots=True)
class Awaits:
    """A value that comes later, after so many turns of the loop."""

    recipe: "Recipe"
    way: str
    turns: int


@dataclass(frozen=True, slots=True)
class Calls:
    """A function that answers: what an attribute of the source may be."""

    recipe: "Recipe"


Recipe = Plain | Obj | Items | Fails | Awaits | Calls

FAILURES = (
    "plain", "coded", "empty", "placed", "stop", "key", "message", "extended", "stop async",
)  # fmt: skip
_CONTAINERS = (
    "list", "list", "list", "tuple", "generator", "range-like", "async generator",
    "failing generator", "failing async generator", "set", "dict values", "deque",
)  # fmt: skip
_WAYS = ("coroutine", "future", "later", "task")
_NOT_LISTS: tuple[Any, ...] = (5, "text", {"a": 1}, b"bytes", Oddity())
_RIGHT: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, -7, 2**31 - 1),
    "Float": (0.0, 1.5, 3, -0.0, 1e300),
    "String": ("", "a", "ü\n"),
    "Boolean": (True, False),
    "ID": ("a", 1, "", "x:1"),
    "Color": (Color.RED, Color.GREEN, Color.BLUE),
    "Odd": ("a", 1, {"a": [1]}, [None], True),
    "DateTime": (
        datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        datetime.datetime(2026, 1, 2, 3, 4, 5, 600, datetime.UTC).replace(tzinfo=None),
    ),
}
_WRONG: tuple[Any, ...] = (
    True, 1, 2**40, -(2**31), "5", "abc", "", 1.0, 1.5, math.inf, math.nan, 10**400, b"b",
    decimal.Decimal("1.50"), Undefined, Oddity(), [], [1], {}, {"a": 1}, Color.RED, "RED", "red",
    "NOPE", Numbered.ONE, "raise", "none", "coded", "undefined", datetime.date(2026, 1, 2), (),
    None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Script:
    """How a world behaves: answers by coordinate, who lies, and what is refused."""

    answers: dict[str, tuple[Recipe, ...]]
    lies: dict[str, Any]
    refused: frozenset[str]


class Recipes:
    """Writes the script of one world over a toy; ``at_once``: nothing in it is awaited."""

    def __init__(self, rng: Chance, toy: Toy, *, at_once: bool = False) -> None:
        self._rng = rng
        self._toy = toy
        self._at_once = at_once
        self._containers = tuple(c for c in _CONTAINERS if not at_once or "async" not in c)
        #: How seldom something goes wrong.
        self._rarity = pick(rng, (14, 30, 8, 60))

    def script(self) -> Script:
        answers = {}
        for owner in (*self._toy.objects, *self._toy.abstracts):
            for field in owner.fields:
                number = 1 + self._rng.randrange(2)
                made = [self._answer(field.type, field.how) for _ in range(number)]
                answers[f"{owner.name}.{field.name}"] = tuple(made)
        return Script(answers, self._lies(), self._refused())

    def _lies(self) -> dict[str, Any]:
        """What the last object of each type that is asked for its type answers."""
        names = [each.name for each in self._toy.objects]
        tellers = any(each.resolves is not Resolves.DEFAULT for each in self._toy.abstracts)
        if not tellers:
            return {}
        lies = (None, "Nope", 5, "Color", "Query", *names, *(a.name for a in self._toy.abstracts))
        return {n: pick(self._rng, lies) for n in names if rarely(self._rng, 3)}

    def _refused(self) -> frozenset[str]:
        guards = [o.name for o in self._toy.objects if o.guarded and o.check is not Check.NONE]
        for owner in (*self._toy.objects, *self._toy.abstracts):
            guards += [f"{owner.name}.{f.name}" for f in owner.fields if f.guarded or f.extension]
        return frozenset(each for each in guards if rarely(self._rng, 3))

    def _answer(self, type_text: str, how: How) -> Recipe:
        if rarely(self._rng, self._rarity):
            return Fails(pick(self._rng, FAILURES))
        made = self._value(type_text)
        if how not in (How.ATTRIBUTE, How.SYNC):
            made = _unwrapped(made)
        if how is How.ATTRIBUTE and rarely(self._rng, 8):
            return Calls(made)
        return made

    def _value(self, type_text: str) -> Recipe:
        rng = self._rng
        roll = rng.randrange(self._rarity * 2)
        if roll == self._rarity * 2 - 1:
            return Fails(pick(rng, FAILURES), raised=False)
        if roll == self._rarity * 2 - 2 and not self._at_once:
            return Awaits(_unwrapped(self._value(type_text)), pick(rng, _WAYS), rng.randrange(3))
        wrapper, rest = inner(type_text)
        if wrapper == "!":
            return Plain(None) if rarely(rng, self._rarity) else self._value(rest)
        if rarely(rng, 6 if self._rarity < 60 else 20):
            return Plain(None)
        return self._list(rest) if wrapper == "[" else self._single(rest)

    def _list(self, item: str) -> Recipe:
        if rarely(self._rng, self._rarity):
            return Plain(pick(self._rng, _NOT_LISTS))
        items = [self._value(item) for _ in range(self._rng.randrange(4))]
        return Items(pick(self._rng, self._containers), tuple(items))

    def _single(self, name: str) -> Recipe:
        rng = self._rng
        if rarely(rng, self._rarity):
            return Plain(pick(rng, _WRONG))
        if name in _RIGHT:
            return Plain(pick(rng, _RIGHT[name]))
        possible = self._toy.possible(name)
        if not possible or rarely(rng, self._rarity):
            possible = [each.name for each in self._toy.objects]
        return Obj(pick(rng, possible), rng.randrange(OBJECTS), rarely(rng, 6))


def _unwrapped(recipe: Recipe) -> Recipe:
    """What comes of it: a future that is the result of another is iterable, to Python."""
    return recipe.recipe if isinstance(recipe, Awaits) else recipe
