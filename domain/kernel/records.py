"""Read records: slotted, immutable pictures of rows, filled straight from Core selects."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

R = TypeVar("R")


def columns(record: type[Any], model: type[Any]) -> list[Any]:
    """The model's columns that the record shows, in the record's order; names are the same."""
    return [getattr(model, field.name) for field in fields(record)]


def select_record(record: type[Any], model: type[Any]) -> Select[Any]:
    """A select of exactly what the record holds."""
    return select(*columns(record, model))


async def fetch(
    connection: AsyncConnection, record: type[R], statement: Select[Any]
) -> Sequence[R]:
    """The rows of the statement as records; its columns are the record's, in order."""
    return [record(*row) for row in (await connection.execute(statement)).all()]
