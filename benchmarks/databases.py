"""The database that is measured on: all servers' at once, in a PostgreSQL of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from benchmarks.peers.servers import cpu_seconds
from benchmarks.seeding import TAKE_BACK, dsn, seed
from domain.kernel.embedded_postgres import embedded_postgres
from migrations.migrate import migrate

_NAME = "bench"
_STATEMENTS = "pg_stat_statements"
_SETTLE_SECONDS = 120
#: Those of the modules that a query reads; what runs beside it reads the kernel's tables.
_COUNTED = """
    select coalesce(sum(calls), 0) from pg_stat_statements
    where query ~ '(customer|billing|radius|tariff|reseller)[.]' and query !~ 'pg_stat_statements'
"""
#: Whether a server still works at what it announced.
_IS_LEFT = """
    select exists (select from kernel.events where position is null)
        or exists (
            select from kernel.event_consumers consumer, kernel.event_head head
            where consumer.position < head.position
        )
        or exists (select from kernel.event_deliveries where died_at is null)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """The database behind its URL, with a connection that looks at it."""

    url: str
    connection: asyncpg.Connection
    postmaster: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        """What PostgreSQL's processes have used so far, those that have ended too."""
        ended = self.postmaster.cpu_times()
        of_ended = float(ended.children_user + ended.children_system)
        return cpu_seconds(self.postmaster.children()) + of_ended

    async def settled(self) -> None:
        """
        Wait until every event has its place in the log, and its handlers have done with it.

        Then take back what was changed: a value that is there already would be no change to the
        next, and no work to a server that notices.
        """
        async with asyncio.timeout(_SETTLE_SECONDS):
            while await self.connection.fetchval(_IS_LEFT):
                await asyncio.sleep(0.02)
        await self.connection.execute(TAKE_BACK)

    async def count_statements(self, *, is_on: bool) -> None:
        """Have the statements of connections counted, or not: counting has its price."""
        track = "all" if is_on else "none"
        await self.connection.execute(f"alter system set {_STATEMENTS}.track = '{track}'")
        await self.connection.execute("select pg_reload_conf()")
        await self.connection.execute(f"select {_STATEMENTS}_reset()")

    async def statements(self) -> int:
        """How many statements on the modules' tables were counted."""
        return int(await self.connection.fetchval(_COUNTED))

    async def version(self) -> str:
        """PostgreSQL's."""
        return str(await self.connection.fetchval("show server_version"))


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """The URL of an empty database in a server that can count statements."""
    with embedded_postgres(folder, _NAME) as url:
        asyncio.run(_prepare(url))
    # What is loaded with the server needs it to start again.
    with embedded_postgres(folder, _NAME) as url:
        yield url


@contextlib.asynccontextmanager
async def filled(url: str, customers: int) -> AsyncIterator[Measured]:
    """The migrated schema, with that many customers."""
    await migrate(url)
    await seed(url, customers)
    connection = await asyncpg.connect(dsn(url))
    try:
        await connection.execute(f"create extension if not exists {_STATEMENTS}")
        backend = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
        yield Measured(url, connection, backend.parents()[0])
    finally:
        await connection.close()


async def _prepare(url: str) -> None:
    connection = await asyncpg.connect(dsn(url))
    try:
        await connection.execute(f"alter system set shared_preload_libraries = '{_STATEMENTS}'")
        await connection.execute(f"alter system set {_STATEMENTS}.track = 'none'")
    finally:
        await connection.close()
