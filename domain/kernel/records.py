"""Read records: slotted, immutable pictures of rows, filled straight from Core selects."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, make_dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, Text, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.addresses import Address
from domain.kernel.reads import Read, rows_of

R = TypeVar("R")


def columns(record: type[Any], model: type[Any]) -> list[Any]:
    """The model's columns that the record shows, in the record's order; names are the same."""
    return [_shown(getattr(model, field.name)) for field in fields(record)]


def _shown(column: Any) -> Any:
    # To print an address takes longer than to read it; it is text on its way here and from here.
    return type_coerce(column, Text).label(column.key) if _is_address(column) else column


def _is_address(column: Any) -> bool:
    return isinstance(getattr(column, "type", None), Address)


@cache
def width(record: type[Any]) -> int:
    """How many columns the record shows."""
    return len(fields(record))


def select_record(record: type[Any], model: type[Any]) -> Select[Any]:
    """A select of exactly what the record holds."""
    return select(*columns(record, model))


async def fetch(
    connection: AsyncConnection, record: type[R], statement: Select[Any] | Read, **values: Any
) -> list[R]:
    """The rows of the statement as records; its columns are the record's, in order."""
    return filled(record, await rows_of(connection, statement, **values))


def filled(record: type[R], rows: Iterable[Sequence[Any]]) -> list[R]:
    """
    A record of each row.

    A frozen class takes ten times as long to fill as any other, so what is filled is a twin of
    it with the same slots, which then becomes a record.
    """
    twin = _twin(record)  # type: ignore[arg-type]
    made = [twin(*row) for row in rows]
    for each in made:
        each.__class__ = record
    return made


@cache
def _twin(record: type[Any]) -> Callable[..., Any]:
    names = [field.name for field in fields(record)]
    return make_dataclass(f"_{record.__name__}", names, slots=True, eq=False, repr=False)
