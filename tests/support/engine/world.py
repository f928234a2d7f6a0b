"""One run of a script: its objects, its loaders, and who was asked for what."""

import zlib
from collections import defaultdict
from typing import Any, NamedTuple

from aiodataloader import DataLoader

from tests.support.engine.awaiting import awaitable, container
from tests.support.engine.failures import FAILURES, Refused
from tests.support.engine.model import How, ObjectType, Shown, Toy
from tests.support.engine.recipes import (
    LIAR,
    Awaits,
    Calls,
    Fails,
    Items,
    Obj,
    Plain,
    Recipe,
    Script,
)
from tests.support.engine.things import LazyThing, Thing, ThingMapping


class Call(NamedTuple):
    """A resolver that was called; ``path`` and what ``info`` said if it was given that."""

    coordinate: str
    source: str
    arguments: str
    path: tuple[str | int, ...] | None
    told: str | None


class World:
    """
    What resolvers, guards and type checks of one execution ask; it is the context, too.

    ``makes``: how Strawberry's objects are made, by type name.
    """

    def __init__(self, toy: Toy, script: Script, makes: dict[str, type] | None = None) -> None:
        self.toy = toy
        self.script = script
        self.makes = makes
        self.calls: list[Call] = []
        self.batches: dict[str, list[int]] = defaultdict(list)
        self._objects: dict[tuple[str, int], Any] = {}
        self._names: dict[int, tuple[str, int]] = {}
        self._kept: list[Any] = []
        self._loaders: dict[str, DataLoader[Any, Any]] = {}

    # What resolvers ask.

    def begin(self, coordinate: str, source: Any, arguments: dict[str, Any], info: Any) -> Recipe:
        """Note the call; what is to be answered."""
        called_for, text = self.name_of(source), repr(list(arguments.items()))
        path = tuple(info.path.as_list()) if info is not None else None
        told = None if info is None else _told(info)
        self.calls.append(Call(coordinate, called_for, text, path, told))
        return self._chosen(coordinate, called_for, text)

    def load(self, coordinate: str, source: Any, arguments: dict[str, Any], info: Any) -> Any:
        """The future of the coordinate's data loader."""
        self.begin(coordinate, source, arguments, info)
        if coordinate not in self._loaders:
            self._loaders[coordinate] = DataLoader(self._batch(coordinate))
        return self._loaders[coordinate].load((self.name_of(source), repr(list(arguments.items()))))

    def refuse(self, name: str) -> None:
        """Raise if the type or coordinate of that name is refused."""
        if name in self.script.refused:
            raise Refused(f"{name} is refused")

    def name_of(self, source: Any) -> str:
        """``"T0:1"`` for an object of this world, else the name of its class."""
        known = self._names.get(id(source))
        return f"{known[0]}:{known[1]}" if known else type(source).__name__

    def identity(self, value: Any) -> tuple[str, int] | tuple[None, None]:
        """Type and number of an object of this world."""
        return self._names.get(id(value), (None, None))

    def claimed(self, value: Any) -> Any:
        """What ``resolve_type`` answers for it: the truth, if it is no liar."""
        kind, number = self.identity(value)
        if kind is not None and number == LIAR and kind in self.script.lies:
            return self.script.lies[kind]
        return kind

    # What answers are made of.

    def make(self, recipe: Recipe, *, reusable: bool = False) -> Any:
        """The value; raises if that is the answer."""
        match recipe:
            case Plain(value):
                return value
            case Obj(kind, number, fresh):
                return self.object(kind, number, fresh=fresh and not reusable)
            case Items(kind, items):
                made = [self.make(each, reusable=reusable) for each in items]
                return container(kind, made, reusable=reusable)
            case Fails(failure, raised):
                return self._failed(failure, raised=raised)
            case Awaits(inner, way, turns):
                return awaitable(
                    lambda: self.make(_raising(inner, turns), reusable=reusable),
                    way,
                    turns,
                    reusable=reusable,
                )
            case Calls(inner):
                return self.make(inner, reusable=reusable)

    def _failed(self, failure: str, *, raised: bool) -> Exception:
        error = FAILURES[failure]()
        if raised:
            raise error
        return error

    def object(self, kind: str, number: int, *, fresh: bool = False) -> Any:
        """The object of that type and number: the same each time, but for fresh ones."""
        known = self._objects.get((kind, number))
        if known is not None and not fresh:
            return known
        owner = self.toy.object(kind)
        made, facts = self._empty(owner)
        self._kept.append(made)
        self._names[id(made)] = (kind, number)
        if not fresh:
            self._objects[kind, number] = made
        if facts is not None:
            self._fill(made, facts, owner, number)
        return made

    def _empty(self, owner: ObjectType) -> tuple[Any, dict[str, Any] | None]:
        if owner.shown is Shown.LAZY:
            lazy = LazyThing(lambda name: self._read(owner, lazy, name))
            return lazy, None
        if self.makes is not None:
            instance = object.__new__(self.makes[owner.name])
            return instance, instance.__dict__
        if owner.shown is Shown.DICT:
            made: dict[str, Any] = {}
            return made, made
        if owner.shown is Shown.MAPPING:
            mapping = ThingMapping({})
            return mapping, mapping.facts
        thing = Thing()
        return thing, thing.__dict__

    def _fill(self, made: Any, facts: dict[str, Any], owner: ObjectType, number: int) -> None:
        if number % 2 == 0 and self.makes is None:
            key = "_Thing__typename" if isinstance(made, Thing) else "__typename"
            facts[key] = owner.name
        for name, coordinate in self._attributes(owner).items():
            try:
                facts[name] = self._attribute(coordinate, made)
            except Exception as error:
                if number % 2:
                    facts[name] = error

    def _read(self, owner: ObjectType, thing: Any, name: str) -> Any:
        coordinate = self._attributes(owner).get(name)
        if coordinate is None:
            raise AttributeError(name)
        return self._attribute(coordinate, thing)

    def _attributes(self, owner: ObjectType) -> dict[str, str]:
        """Python name → coordinate of the fields that are read from the source."""
        owners = [owner, *(a for a in self.toy.abstracts if a.name in owner.interfaces)]
        return {
            snake(field.name) if self.makes is not None else field.name: f"{o.name}.{field.name}"
            for o in owners
            for field in o.fields
            if field.how is How.ATTRIBUTE
        }

    def _attribute(self, coordinate: str, source: Any) -> Any:
        recipe = self._chosen(coordinate, self.name_of(source), "")
        if isinstance(recipe, Calls):
            return _Method(self, coordinate, source)
        return self.make(recipe, reusable=True)

    def _chosen(self, coordinate: str, source: str, arguments: str) -> Recipe:
        answers = self.script.answers[coordinate]
        return answers[zlib.crc32(f"{coordinate}|{source}|{arguments}".encode()) % len(answers)]

    def _batch(self, coordinate: str) -> Any:
        async def load(keys: list[tuple[str, str]]) -> list[Any]:
            self.batches[coordinate].append(len(keys))
            return [self._loaded(coordinate, *key) for key in keys]

        return load

    def _loaded(self, coordinate: str, source: str, arguments: str) -> Any:
        try:
            return self.make(self._chosen(coordinate, source, arguments), reusable=True)
        except StopIteration:
            return RuntimeError("stop")
        except Exception as error:
            return error


class _Method:
    """A function that is an attribute."""

    def __init__(self, world: World, coordinate: str, source: Any) -> None:
        self._facts = world, coordinate, source

    def __call__(self, info: Any, **arguments: Any) -> Any:
        world, coordinate, source = self._facts
        return world.make(world.begin(coordinate, source, arguments, info))

    def __repr__(self) -> str:
        return "<method>"


def snake(name: str) -> str:
    """``"fTwo"`` → ``"f_two"``."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _raising(recipe: Recipe, turns: int) -> Recipe:
    return Fails(recipe.failure) if isinstance(recipe, Fails) and turns else recipe


def _told(info: Any) -> str:
    """What ``info`` says besides the path."""
    info = getattr(info, "_raw_info", info)
    variables = getattr(info.variable_values, "coerced", info.variable_values)
    places = [(node.loc.start, node.loc.end) for node in info.field_nodes]
    facts = (info.field_name, str(info.parent_type), str(info.return_type), places, variables)
    return repr((*facts, sorted(info.fragments), type(info.root_value).__name__))
