"""Objects of one type under one field, executed together, and where each stands in the response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path

from graph.engine.plan import Field, Selection


class Step(NamedTuple):
    """An element of a path: its key, its order among siblings, and whether null may stand there."""

    key: str | int
    order: int
    is_nullable: bool


class Spots:
    """
    Places of the response that wait for an object, as parallel lists.

    ``owners`` are row numbers in the batch of the parents, ``containers`` and ``keys`` where the
    object goes, ``lists`` the indices of the list around it, if that is in lists itself, and
    ``values`` what it is made from.
    """

    __slots__ = ("containers", "field", "keys", "lists", "owners", "values")

    def __init__(self, field: Field | None) -> None:
        self.field = field
        self.owners: list[int] = []
        self.lists: list[tuple[int, ...]] = []
        self.containers: list[Any] = []
        self.keys: list[Any] = []
        self.values: list[Any] = []

    @classmethod
    def of_rows(cls, field: Field, rows: list[dict[str, Any]], values: list[Any]) -> Spots:
        """One object for each row."""
        spots = cls(field)
        spots.owners = list(range(len(rows)))
        spots.lists = [()] * len(rows)
        spots.containers = rows
        spots.keys = [field.key] * len(rows)
        spots.values = values
        return spots

    def add(
        self, owner: int, around: tuple[int, ...], container: Any, key: str | int, value: Any
    ) -> None:
        """One more place."""
        self.owners.append(owner)
        self.lists.append(around)
        self.containers.append(container)
        self.keys.append(key)
        self.values.append(value)

    def add_list(
        self, owner: int, around: tuple[int, ...], container: list[Any], items: Sequence[Any]
    ) -> None:
        """A place for each of the items."""
        count = len(items)
        self.owners += [owner] * count
        self.lists += [around] * count
        self.containers += [container] * count
        self.keys += range(count)
        self.values += items

    def place(self, number: int) -> tuple[int, ...]:
        """The indices in the lists of the field."""
        if self.field is None or not self.field.is_list:
            return ()
        return (*self.lists[number], self.keys[number])

    def at(self, batch: Batch, number: int) -> At:
        """Where the object of this number stands."""
        assert self.field is not None
        return At(batch, self.field, self.owners[number], self.place(number))

    def only(self, wanted: Sequence[int]) -> Spots:
        """Those of these numbers."""
        some = Spots(self.field)
        for number in wanted:
            some.add(
                self.owners[number],
                self.lists[number],
                self.containers[number],
                self.keys[number],
                self.values[number],
            )
        return some


class Batch:
    """
    Objects to be completed by one selection.

    ``sources`` and ``rows`` are the objects and their response objects. An object that stands at
    several places of a field without lists is completed once: ``which`` then tells the row of each
    spot.
    """

    __slots__ = ("_path", "infos", "parent", "rows", "selection", "sources", "spots", "which")

    def __init__(self, selection: Selection, spots: Spots, parent: Batch | None = None) -> None:
        self.selection = selection
        self.spots = spots
        self.parent = parent
        self.sources: Sequence[Any] = spots.values
        self.which: list[int] | None = None
        self.rows: list[dict[str, Any]] = []
        self._path: Path | None = None
        #: What resolvers and predicates of a field are told, made when first asked for.
        self.infos: dict[Field, GraphQLResolveInfo[Any]] = {}
        if spots.field is not None and not spots.field.is_list:
            self._share(spots.values)

    def _share(self, values: list[Any]) -> None:
        numbers = dict.fromkeys(map(id, values), 0)
        if len(numbers) == len(values):
            return
        numbers = {identity: number for number, identity in enumerate(numbers)}
        self.which = [numbers[id(value)] for value in values]
        self.sources = list({id(value): value for value in values}.values())

    def place(self, rows: list[dict[str, Any]]) -> None:
        """Put the response objects where they belong."""
        self.rows = rows
        spots = self.spots
        shown = rows if self.which is None else [rows[number] for number in self.which]
        for container, key, row in zip(spots.containers, spots.keys, shown, strict=False):
            container[key] = row

    def path(self, row: int = 0) -> Path | None:
        """The path of the row's object, the first one if there are several; None for the root."""
        field = self.spots.field
        if self.parent is None or field is None:
            return None
        if row == 0 and self._path is not None:
            return self._path
        number = row if self.which is None else self.which.index(row)
        above = self.parent.path(self.spots.owners[number])
        path = Path(above, field.key, field.parent_type.name)
        for index in self.spots.place(number):
            path = path.add_key(index, None)
        if row == 0:
            self._path = path
        return path

    def paths(self, row: int) -> Iterator[tuple[Step, ...]]:
        """Every path at which the row's object stands."""
        spots = self.spots
        if self.parent is None or spots.field is None:
            yield ()
            return
        numbers = [row] if self.which is None else _places_of(row, self.which)
        for number in numbers:
            tail = steps(spots.field, spots.place(number))
            for head in self.parent.paths(spots.owners[number]):
                yield head + tail


class At(NamedTuple):
    """A field of a row, or an item of the field's lists."""

    batch: Batch
    field: Field
    row: int
    place: tuple[int, ...] = ()

    def item(self, index: int) -> At:
        """An item of the list here."""
        return At(self.batch, self.field, self.row, (*self.place, index))

    @property
    def is_nullable(self) -> bool:
        return self.field.nullables[len(self.place)]

    @property
    def holds_lists(self) -> bool:
        """Whether the items of the list here are lists."""
        return len(self.place) + 2 < len(self.field.nullables)


def steps(field: Field, place: tuple[int, ...]) -> tuple[Step, ...]:
    """The end of a path: the field, then the indices in its lists."""
    first = Step(field.key, field.order, field.nullables[0])
    items = (
        Step(index, index, is_nullable)
        for index, is_nullable in zip(place, field.nullables[1:], strict=False)
    )
    return (first, *items)


def _places_of(row: int, which: list[int]) -> list[int]:
    return [number for number, each in enumerate(which) if each == row]
