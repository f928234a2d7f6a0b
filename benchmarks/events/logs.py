"""Logs to measure on: a fresh database, and a backlog written as fast as PostgreSQL can."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url

from domain.kernel.database import Database, create_engine
from subscriptions.relay import assign_positions

_STREAMS = 500
_BACKLOG = f"""
    insert into kernel.events (event_id, type, spec_version, stream, seq, customer_id, actor,
                               transaction_id, data)
    select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
            || '7' || substr(md5(random()::text), 1, 19))::uuid,
           'customer.email.verified', 1,
           'customer:' || (number % {_STREAMS}), number / {_STREAMS} + 1,
           number % {_STREAMS} + 1, 'bench', gen_random_uuid(),
           jsonb_build_object('customer_id', number % {_STREAMS} + 1, 'email', 'a@example.com')
    from generate_series(0, $1::int - 1) as number
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server by the URL of one of its databases, and a migrated, empty one to copy."""

    url: str
    template: str

    @contextlib.asynccontextmanager
    async def fresh_database(self) -> AsyncIterator[str]:
        """The URL of a new, migrated database, dropped afterwards."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        await execute(self.url, f'create database "{name}" template "{self.template}"')
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            await execute(self.url, f'drop database "{name}" with (force)')


@contextlib.asynccontextmanager
async def opened(url: str, *, pool_size: int = 10) -> AsyncIterator[Database]:
    """A database door as a server process has it."""
    database = Database(create_engine(url, pool_size=pool_size, statement_timeout="0"))
    try:
        yield database
    finally:
        await database.dispose()


def dsn(url: str) -> str:
    """The URL as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def execute(url: str, statement: str, *values: object) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(dsn(url))
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def write_backlog(url: str, number: int) -> None:
    """
    That many events of 500 customers in turns, without positions.

    Of a type that no module handles: what is measured has the machine to itself.
    """
    await execute(url, _BACKLOG, number)


async def drain(database: Database) -> int:
    """Give all of them their positions; how many there were."""
    total = 0
    while (assigned := (await assign_positions(database))[0]) > 0:
        total += assigned
    return total
