"""
Append rate: what an order that readers can follow costs the writers.

Every transaction updates one row and appends one event under its stream's lock. The ceiling gives
no order at all: its reader goes by the id and loses events that commit late.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from benchmarks.events.figures import Figure
from benchmarks.events.logs import Server, dsn, execute, opened
from benchmarks.events.sizes import Size
from domain.kernel.ids import uuid7
from subscriptions.relay import Relay
from subscriptions.wakeup import WakeUp

_CUSTOMERS = 1000
_STREAM = """
    insert into kernel.event_streams (stream, seq) values ($1, 1)
    on conflict (stream) do update set seq = event_streams.seq + 1 returning seq
"""
_EVENT = """
    insert into kernel.events (event_id, position, type, spec_version, stream, seq, customer_id,
                               actor, transaction_id, data)
    values ($1, $2, 'customer.updated', 1, $3, $4, $5, 'bench', $1, '{}')
"""
_POSITION = "update kernel.event_head set position = position + 1 returning position"
_LOCK = "select pg_advisory_xact_lock(4711)"


@dataclass(slots=True)
class _Counts:
    committed: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to an order: which column readers go by, and who fills it when."""

    cursor: str
    is_locked: bool = False
    is_relayed: bool = False


_UNSAFE = _Way("id")
_WAYS: Mapping[str, _Way] = {
    "no order (readers by id, unsafe): the ceiling": _UNSAFE,
    "positions given by the relay (this system)": _Way("position", is_relayed=True),
    "positions under a lock held to the end of each transaction": _Way("position", is_locked=True),
}


@dataclass(slots=True)
class _Bench:
    pool: asyncpg.Pool
    way: _Way
    poke: Callable[[], None]
    counts: _Counts = field(default_factory=_Counts)

    async def write(self, number: int, until: float) -> None:
        while time.monotonic() < until:
            number = (number * 31 + 7) % _CUSTOMERS
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "update bench_customers set touched = touched + 1 where id = $1", number
                )
                position = None
                if self.way.is_locked:
                    await connection.execute(_LOCK)
                    position = await connection.fetchval(_POSITION)
                stream = f"customer:{number}"
                seq = await connection.fetchval(_STREAM, stream)
                await connection.execute(_EVENT, uuid7(), position, stream, seq, number)
            self.counts.committed += 1
            self.poke()

    async def read(self, stopped: asyncio.Event) -> None:
        column, last = self.way.cursor, 0
        statement = f"""select {column} as place from kernel.events
                        where {column} > $1 order by {column} limit 500"""
        async with self.pool.acquire() as connection:
            while True:
                was_stopped = stopped.is_set()
                rows = await connection.fetch(statement, last)
                if rows:
                    last = rows[-1]["place"]
                    self.counts.read += len(rows)
                elif was_stopped:
                    return
                else:
                    await asyncio.sleep(0.002)


async def append_rates(server: Server, size: Size) -> list[Figure]:
    """Transactions a second of each way, in turns, and as shares of the ceiling's."""
    rates: dict[str, list[float]] = {name: [] for name in _WAYS}
    lost: list[float] = []
    for number in range(-size.warm_ups, size.rounds):
        for name, way in _WAYS.items():
            counts = await _measure(server, size, way)
            if number < 0:
                continue
            rates[name].append(counts.committed / size.seconds)
            if way is _UNSAFE:
                lost.append(100 * (counts.committed - counts.read) / max(counts.committed, 1))
    ceiling = rates[next(iter(_WAYS))]
    figures = []
    for name, measured in rates.items():
        figures.append(Figure(f"append, {name}", "tx/s", tuple(measured)))
        if measured is not ceiling:
            shares = tuple(100 * a / b for a, b in zip(measured, ceiling, strict=True))
            figures.append(Figure("… of the ceiling, round by round", "%", shares))
    figures.append(Figure("events that the ceiling's reader lost", "%", tuple(lost)))
    return figures


async def _measure(server: Server, size: Size, way: _Way) -> _Counts:
    async with server.fresh_database() as url:
        await execute(url, _customers())
        async with (
            _relaying(url, way) as poke,
            asyncpg.create_pool(
                dsn(url), min_size=size.writers + 1, max_size=size.writers + 1
            ) as pool,
        ):
            bench = _Bench(pool, way, poke)
            stopped = asyncio.Event()
            reading = asyncio.create_task(bench.read(stopped))
            until = time.monotonic() + size.seconds
            await asyncio.gather(*(bench.write(number, until) for number in range(size.writers)))
            if way.is_relayed:
                await _until(lambda: _all_have_places(pool))
            stopped.set()
            await reading
            return bench.counts


@contextlib.asynccontextmanager
async def _relaying(url: str, way: _Way) -> AsyncIterator[Callable[[], None]]:
    """The relay at work, if the way has one; what a writer calls after its commit."""
    if not way.is_relayed:
        yield lambda: None
        return
    async with opened(url, pool_size=2) as database:
        relay = Relay(database, WakeUp("memory://"))
        working = asyncio.create_task(relay.run())
        try:
            yield relay.poke
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _until(happened: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(60):
        while not await happened():
            await asyncio.sleep(0.01)


async def _all_have_places(pool: asyncpg.Pool) -> bool:
    waiting = "select exists (select from kernel.events where position is null)"
    return not await pool.fetchval(waiting)


def _customers() -> str:
    return f"""
        create table bench_customers as
        select number as id, 0 as touched from generate_series(0, {_CUSTOMERS - 1}) as number;
        alter table bench_customers add primary key (id)
    """
