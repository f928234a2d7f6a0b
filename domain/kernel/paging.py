"""Keyset pages: bounded, stable under writes, one statement however many parents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.errors import Invalid

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
#: Enough for a sort key of 401 characters in UTF-8 (a display name).
_LONGEST_CURSOR = 4_096

R = TypeVar("R")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Slice:
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


async def page_of(
    connection: AsyncConnection,
    record: type[R],
    statement: Select[Any],
    *,
    order: Ordering,
    part: Slice,
    bound_to: object = None,
) -> Page[R]:
    """One page of the statement's rows. ``bound_to`` is the filter that cursors belong to."""
    signature = _signature(order, bound_to)
    statement = statement.add_columns(*_sort_columns(order))
    statement = _after_cursor(statement, order, part, signature)
    keys = [column.desc() if _downwards(order, part) else column for column in order.columns]
    rows = (await connection.execute(statement.order_by(*keys).limit(part.size + 1))).all()
    return _page(record, rows, part, signature)


async def pages_by_parent(
    connection: AsyncConnection,
    record: type[R],
    statement: Select[Any],
    *,
    parent: Any,
    parents: Collection[K],
    order: Ordering,
    part: Slice,
    bound_to: object = None,
) -> dict[K, Page[R]]:
    """The same page of each parent's rows, all in one statement; childless parents have none."""
    signature = _signature(order, bound_to)
    keys = [column.desc() if _downwards(order, part) else column for column in order.columns]
    rank = func.row_number().over(partition_by=parent, order_by=keys).label("rank_in_parent")
    statement = statement.add_columns(
        *_sort_columns(order), parent.label("parent_key"), rank
    ).where(parent.in_(parents))
    ranked = _after_cursor(statement, order, part, signature).subquery()
    rows = (
        await connection.execute(
            select(ranked)
            .where(ranked.c.rank_in_parent <= part.size + 1)
            .order_by(ranked.c.parent_key, ranked.c.rank_in_parent)
        )
    ).all()
    grouped: dict[K, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.parent_key, []).append(row[:-2])
    return {key: _page(record, group, part, signature) for key, group in grouped.items()}


async def counts_by_parent(
    connection: AsyncConnection,
    statement: Select[Any],
    *,
    parent: Any,
    parents: Collection[K],
) -> dict[K, int]:
    """How many rows of the statement each parent has; childless parents are left out."""
    counted = (
        statement.with_only_columns(parent, func.count())
        .where(parent.in_(parents))
        .group_by(parent)
        .order_by(None)
    )
    rows = await connection.execute(counted)
    return {row[0]: row[1] for row in rows}


async def count_of(connection: AsyncConnection, statement: Select[Any]) -> int:
    """How many rows the statement has."""
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return int((await connection.execute(counted)).scalar_one())


def encode_cursor(signature: str, values: Sequence[Any]) -> str:
    """An opaque text of the row's place: base64url of version, order and sort keys."""
    place = orjson.dumps([1, signature, *values], default=str)
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def decode_cursor(cursor: str, signature: str, order: Ordering, *, field: str) -> list[Any]:
    """
    The sort keys in the cursor.

    Raises:
        Invalid: not a cursor, or one of another list, filter or order.
    """
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        version, signed, *values = orjson.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
        if (version, signed) != (1, signature) or len(values) != len(order.columns):
            raise ValueError
        return [_typed(value, column) for value, column in zip(values, order.columns, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise Invalid(field, "is not a cursor of this list, filter and order") from None


def _sort_columns(order: Ordering) -> list[Any]:
    return [column.label(f"sort_key_{number}") for number, column in enumerate(order.columns)]


def _downwards(order: Ordering, part: Slice) -> bool:
    return order.descending != part.is_backward


def _after_cursor(
    statement: Select[Any], order: Ordering, part: Slice, signature: str
) -> Select[Any]:
    for field, cursor in (("after", part.after), ("before", part.before)):
        if cursor is None:
            continue
        values = decode_cursor(cursor, signature, order, field=field)
        forwards = (field == "after") != order.descending
        statement = statement.where(_beyond(order.columns, values, forwards=forwards))
    return statement


def _beyond(columns: Sequence[Any], values: list[Any], *, forwards: bool) -> ColumnElement[bool]:
    left = tuple_(*columns)
    right = tuple_(
        *(literal(value, column.type) for value, column in zip(values, columns, strict=True))
    )
    return left > right if forwards else left < right


def _page(record: type[R], rows: Sequence[Any], part: Slice, signature: str) -> Page[R]:
    more = len(rows) > part.size
    rows = rows[: part.size]
    if part.is_backward:
        rows = rows[::-1]
    width = len(fields(record))  # type: ignore[arg-type]
    return Page(
        items=[record(*row[:width]) for row in rows],
        cursors=[encode_cursor(signature, row[width:]) for row in rows],
        has_next_page=part.before is not None if part.is_backward else more,
        has_previous_page=more if part.is_backward else part.after is not None,
    )


def _signature(order: Ordering, bound_to: object) -> str:
    text = f"{order.name}|{order.descending}|{bound_to!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _typed(value: Any, column: Any) -> Any:
    expected: type[Any] = column.type.python_type
    if expected is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if expected in (date, UUID):
        return date.fromisoformat(value) if expected is date else UUID(value)
    if type(value) is not expected or (expected is str and "\0" in value):
        raise ValueError
    largest = 2**63 if isinstance(column.type, BigInteger) else 2**31
    if expected is int and not -largest <= value < largest:
        raise ValueError
    return value
