"""What a toy schema is made of, whichever library builds it."""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """How a field gets its value."""

    ATTRIBUTE = "read from the source"
    SYNC = "plain function"
    ASYNC = "async def"
    LATER = "plain function that returns an awaitable of its own kind"
    FUTURE = "plain function that returns a future"
    LOADER = "plain function that returns the future of a data loader"
    EITHER = "plain function that returns a value or a coroutine"


class Check(StrEnum):
    """How an object type tells its objects (``is_type_of``)."""

    NONE = "it does not"
    RIGHT = "rightly"
    ASYNC = "rightly, in time"
    DENIES = "denies number 1"
    RAISES = "raises for number 1"
    CLASS = "by its class, as it has promised"


class Resolves(StrEnum):
    """How an abstract type tells the type of an object (``resolve_type``)."""

    DEFAULT = "the library's way"
    SYNC = "plain function"
    ASYNC = "async def"


class Shown(StrEnum):
    """What the objects of a type are in Python."""

    OBJECT = "attributes"
    DICT = "dict"
    MAPPING = "another mapping"
    LAZY = "__getattr__"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as SDL and as Python have it; ``python`` is its whole parameter."""

    name: str
    sdl: str
    python: str


@dataclass(frozen=True, slots=True)
class Field:
    """
    A field; ``takes`` is what a Strawberry resolver asks for besides its arguments.

    ``guarded``: something between executor and resolver may refuse.
    ``extension`` names a field extension or a permission class of Strawberry.
    """

    name: str
    type: str
    how: How
    arguments: tuple[Argument, ...] = ()
    takes: tuple[str, ...] = ()
    guarded: bool = False
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object type; ``guarded``: its objects may refuse to be shown."""

    name: str
    fields: tuple[Field, ...]
    interfaces: tuple[str, ...] = ()
    check: Check = Check.NONE
    shown: Shown = Shown.OBJECT
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Abstract:
    """An interface (with fields) or a union (with members)."""

    name: str
    fields: tuple[Field, ...] = ()
    members: tuple[str, ...] = ()
    resolves: Resolves = Resolves.DEFAULT


@dataclass(frozen=True, slots=True)
class Toy:
    """A schema: the roots are the objects named Query, Mutation and Subscription."""

    objects: tuple[ObjectType, ...]
    abstracts: tuple[Abstract, ...] = ()

    def object(self, name: str) -> ObjectType:
        return next(each for each in self.objects if each.name == name)

    def possible(self, name: str) -> list[str]:
        """The object types that a value of the named composite type may have; may be none."""
        found = [each.name for each in self.objects if name in (each.name, *each.interfaces)]
        return found + [m for a in self.abstracts if a.name == name for m in a.members]


def inner(type_text: str) -> tuple[str, str]:
    """``"[Int!]!"`` → ``"!", "[Int!]"``; ``"[Int]"`` → ``"[", "Int"``; others as they are."""
    if type_text.endswith("!"):
        return "!", type_text[:-1]
    if type_text.startswith("["):
        return "[", type_text[1:-1]
    return "", type_text


def named(type_text: str) -> str:
    """``"[Int!]!"`` → ``"Int"``."""
    return type_text.strip("[]!")
