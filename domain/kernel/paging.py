"""Keyset pages: bounded, stable under writes, one statement however many parents."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel import page_forms
from domain.kernel.cursors import decode_cursor, encode_cursor
from domain.kernel.errors import Invalid
from domain.kernel.page_forms import Cut
from domain.kernel.reads import Read, Rows, form, rows_of
from domain.kernel.records import filled, width

LARGEST_PAGE = 100
DEFAULT_PAGE = 20

R = TypeVar("R")
K = TypeVar("K")


# A tuple, as lists and filters are: they are keys of loaders, hashed several times a parent.
class Slice(NamedTuple):
    """Relay's four arguments, checked: a page of 1 to 100 rows from one end of the list."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @classmethod
    def of(
        cls,
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
        *,
        required: bool = False,
    ) -> Slice:
        """
        The slice that the arguments ask for; without a size, 20 rows unless one is required.

        Raises:
            Invalid: both or (if required) neither of first and last, or a size out of 1 to 100.
        """
        if first is not None and last is not None:
            raise Invalid("last", "cannot be combined with first")
        if required and first is None and last is None:
            raise Invalid("first", "or last is required")
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 1 <= size <= LARGEST_PAGE:
                raise Invalid(name, f"must be 1 to {LARGEST_PAGE}")
        if first is None and last is None:
            first = DEFAULT_PAGE
        return cls(first, after, last, before)

    @property
    def is_backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        return self.last or self.first or DEFAULT_PAGE


@dataclass(frozen=True)
class Ordering:
    """
    A total order: the columns (none of them null, the last unique), all in one direction.

    ``name`` goes into the cursors, which therefore fit this order and no other.
    """

    name: str
    columns: tuple[Any, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows of one page with a cursor each, and whether there are more on either side."""

    items: Sequence[R]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool


def empty_page() -> Page[Any]:
    """A page of a list that has nothing in it."""
    return Page((), (), has_next_page=False, has_previous_page=False)


class Cursors(Sequence[str]):
    """The cursors of rows: each is written when it is asked for, which most never are."""

    __slots__ = ("_bound_to", "_order", "_rows", "_signed", "_width")

    def __init__(self, order: Ordering, bound_to: object, rows: Rows, width: int) -> None:
        self._signed: str | None = None
        self._order = order
        self._bound_to = bound_to
        self._rows = rows
        self._width = width

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Cursors(self._order, self._bound_to, self._rows[index], self._width)
        if self._signed is None:
            self._signed = _signature(self._order, self._bound_to)
        keys = slice(self._width, self._width + len(self._order.columns))
        return encode_cursor(self._signed, self._rows[index][keys])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]


async def page_of(
    connection: AsyncConnection,
    record: type[R],
    statement: Select[Any] | Read,
    *,
    order: Ordering,
    part: Slice,
    bound_to: object = None,
) -> Page[R]:
    """One page of the statement's rows. ``bound_to`` is the filter that cursors belong to."""
    places = _places(order, part, bound_to)
    paged = form(statement, page_forms.page, _cut(order, part))
    rows = await rows_of(connection, paged, **places)
    items = _filled(record, rows)
    return _page(items, rows, order=order, part=part, bound_to=bound_to, at=width(record))  # type: ignore[arg-type]


async def pages_by_parent(
    connection: AsyncConnection,
    record: type[R],
    statement: Select[Any] | Read,
    *,
    parent: Any,
    parents: Collection[K],
    order: Ordering,
    part: Slice,
    bound_to: object = None,
) -> dict[K, Page[R]]:
    """The same page of each parent's rows, all in one statement; childless parents have none."""
    places = _places(order, part, bound_to)
    paged = form(statement, page_forms.pages, _cut(order, part), parent)
    rows = await rows_of(connection, paged, parents=[*dict.fromkeys(parents)], **places)
    found: dict[K, tuple[list[R], list[Any]]] = {}
    for row, item in zip(rows, _filled(record, rows), strict=True):
        items, group = found.setdefault(row[-1], ([], []))
        items.append(item)
        group.append(row)
    cut = partial(_page, order=order, part=part, bound_to=bound_to, at=width(record))  # type: ignore[arg-type]
    return {key: cut(items, group) for key, (items, group) in found.items()}


async def counts_by_parent(
    connection: AsyncConnection,
    statement: Select[Any] | Read,
    *,
    parent: Any,
    parents: Collection[K],
) -> dict[K, int]:
    """How many rows of the statement each parent has; childless parents are left out."""
    counted = form(statement, page_forms.counts, parent)
    return {row[0]: row[1] for row in await rows_of(connection, counted, parents=[*parents])}


async def count_of(connection: AsyncConnection, statement: Select[Any] | Read) -> int:
    """How many rows the statement has."""
    [(number,)] = await rows_of(connection, form(statement, page_forms.count))
    return int(number)


def _cut(order: Ordering, part: Slice) -> Cut:
    return Cut(
        columns=order.columns,
        descending=order.descending,
        size=part.size,
        is_backward=part.is_backward,
        is_after=part.after is not None,
        is_before=part.before is not None,
    )


def _places(order: Ordering, part: Slice, bound_to: object) -> dict[str, Any]:
    """Parameter → sort key of the rows that the slice starts after and ends before."""
    found: dict[str, Any] = {}
    for field, cursor in (("after", part.after), ("before", part.before)):
        if cursor is not None:
            values = decode_cursor(cursor, _signature(order, bound_to), order, field=field)
            found |= {f"{field}_{number}": value for number, value in enumerate(values)}
    return found


def _filled(record: type[R], rows: Rows) -> list[R]:
    columns = width(record)  # type: ignore[arg-type]
    return filled(record, [row[:columns] for row in rows])


def _page(
    items: list[R], rows: Rows, *, order: Ordering, part: Slice, bound_to: object, at: int
) -> Page[R]:
    """Of one row too many, if there are more; ``at`` is where in a row the sort keys begin."""
    more = len(rows) > part.size
    if more:
        items, rows = items[: part.size], rows[: part.size]
    if part.is_backward:
        items, rows = items[::-1], rows[::-1]
    return Page(
        items=items,
        cursors=Cursors(order, bound_to, rows, at),
        has_next_page=part.before is not None if part.is_backward else more,
        has_previous_page=more if part.is_backward else part.after is not None,
    )


def _signature(order: Ordering, bound_to: object) -> str:
    text = f"{order.name}|{order.descending}|{bound_to!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
