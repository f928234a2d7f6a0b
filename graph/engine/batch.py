"""Objects of one type under one field, executed together, and where each stands in the response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

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

    ``owners`` are row numbers in the batch of the parents, ``places`` the indices in the lists of
    the field, ``containers`` and ``keys`` where the object goes, ``values`` what it is made from.
    """

    __slots__ = ("containers", "keys", "owners", "places", "values")

    def __init__(self) -> None:
        self.owners: list[int] = []
        self.places: list[tuple[int, ...]] = []
        self.containers: list[Any] = []
        self.keys: list[Any] = []
        self.values: list[Any] = []

    def add(
        self, owner: int, place: tuple[int, ...], container: Any, key: str | int, value: Any
    ) -> None:
        """One more place."""
        self.owners.append(owner)
        self.places.append(place)
        self.containers.append(container)
        self.keys.append(key)
        self.values.append(value)

    def at(self, batch: Batch, field: Field, number: int) -> At:
        """Where the object of this number stands."""
        return At(batch, field, self.owners[number], self.places[number])

    def only(self, wanted: Sequence[int]) -> Spots:
        """Those of these numbers; itself if that is all."""
        if len(wanted) == len(self.values):
            return self
        some = Spots()
        for name in self.__slots__:
            mine = getattr(self, name)
            setattr(some, name, [mine[number] for number in wanted])
        return some


class Batch:
    """
    Objects to be completed by one selection.

    ``sources`` and ``rows`` are the objects and their response objects. An object that stands at
    several places of a field without lists is completed once: ``which`` then tells the row of each
    spot.
    """

    __slots__ = ("_path", "field", "parent", "rows", "selection", "sources", "spots", "which")

    def __init__(
        self,
        selection: Selection,
        spots: Spots,
        parent: Batch | None = None,
        field: Field | None = None,
    ) -> None:
        self.selection = selection
        self.spots = spots
        self.parent = parent
        self.field = field
        self.sources: Sequence[Any] = spots.values
        self.which: list[int] | None = None
        self.rows: list[dict[str, Any]] = []
        self._path: Path | None = None
        if field is not None and not field.is_list and len(spots.values) > 1:
            self._share()

    def _share(self) -> None:
        numbers: dict[int, int] = {}
        which = [numbers.setdefault(id(value), len(numbers)) for value in self.spots.values]
        if len(numbers) < len(which):
            self.sources = list({id(value): value for value in self.spots.values}.values())
            self.which = which

    def place(self, rows: list[dict[str, Any]]) -> None:
        """Put the response objects where they belong."""
        self.rows = rows
        spots = self.spots
        shown = rows if self.which is None else [rows[number] for number in self.which]
        for container, key, row in zip(spots.containers, spots.keys, shown, strict=False):
            container[key] = row

    @property
    def path(self) -> Path | None:
        """The path of the first object; None for the root."""
        if self._path is None and self.parent is not None and self.field is not None:
            path = Path(self.parent.path, self.field.key, self.field.parent_type.name)
            for place in self.spots.places[0]:
                path = path.add_key(place, None)
            self._path = path
        return self._path

    def paths(self, row: int) -> Iterator[tuple[Step, ...]]:
        """Every path at which the row's object stands."""
        if self.parent is None or self.field is None:
            yield ()
            return
        spots = self.spots
        numbers = [row] if self.which is None else _places_of(row, self.which)
        for number in numbers:
            tail = steps(self.field, spots.places[number])
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
    def is_list(self) -> bool:
        return len(self.place) < len(self.field.nullables) - 1


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
