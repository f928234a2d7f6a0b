"""Seeded databases: one per test session to read from, and fresh ones to change."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text

from domain.demo.seed import SeedReport, seed
from domain.kernel.base import Model
from domain.kernel.database import Database, create_engine
from tests.support import postgres


@asynccontextmanager
async def database_of(url: str) -> AsyncIterator[Database]:
    """A door to the database, closed afterwards."""
    database = Database(create_engine(url, pool_size=3))
    try:
        yield database
    finally:
        await database.dispose()


@asynccontextmanager
async def seeded_database(
    customers: int, *, now: datetime | None = None
) -> AsyncIterator[tuple[Database, SeedReport]]:
    """A database of the block's own with demo data, and how the loading went."""
    async with postgres.cloned_database() as url, database_of(url) as database:
        yield database, await seed(database, customers=customers, now=now)


async def rows_of(database: Database, statement: str, **parameters: Any) -> list[Any]:
    """The rows of a query; those of one column as bare values."""
    async with database.reading() as connection:
        found = (await connection.execute(text(statement), parameters)).all()
    return [row[0] if len(row) == 1 else tuple(row) for row in found]


async def digests(database: Database, *, without: Collection[str] = ()) -> dict[str, str]:
    """
    A digest of the rows of each table, by its name; schemas in ``without`` are left out.

    Password hashes are salted anew each time, so they do not count.
    """
    found: dict[str, str] = {}
    for table in Model.metadata.sorted_tables:
        if table.schema in without or table.fullname == "kernel.event_head":
            continue
        row = f"(to_jsonb({table.name}) - 'password_hash')::text"
        digest = f"md5(coalesce(string_agg({row}, '' order by {row}), ''))"
        [found[table.fullname]] = await rows_of(
            database, f"select count(*) || ' rows ' || {digest} from {table.fullname}"
        )
    return found
