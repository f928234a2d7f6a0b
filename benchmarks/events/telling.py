"""From a change to the sockets that are told of it: latency, fan-out, and catching up."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from sqlalchemy import true

from benchmarks.events.crowds import Crowd, crowd
from benchmarks.events.figures import Figure, percentile
from benchmarks.events.logs import Server, drain, opened, write_backlog
from benchmarks.events.servers import Measured
from benchmarks.events.sizes import Size
from domain.customer.events import CustomerUpdated
from domain.customer.models import CustomerStatus
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent
from subscriptions.event_bus import Registry
from subscriptions.hub import Gap
from subscriptions.stream import EventStream
from tests.support.waiting import eventually

#: Where the server of a fan-out comes from.
Servers = Callable[[], AbstractAsyncContextManager[Measured]]


async def latencies(server: Server, running: Measured, size: Size) -> list[Figure]:
    """From the writing of an event's row, just before its commit, to a reader and to a socket."""
    seen: dict[str, list[list[float]]] = {"a reader in the process": [], "a socket": []}
    for number in range(-size.warm_ups, size.rounds):
        told = [await _to_reader(server, size), await _to_socket(running, size)]
        if number >= 0:
            for values, taken in zip(seen.values(), told, strict=True):
                values.append(taken)
    return [
        Figure(
            f"event written → {whom}, {name}, at {size.rate:g} changes/s",
            "ms",
            tuple(1000 * percentile(each, share) for each in values),
        )
        for whom, values in seen.items()
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


async def _to_reader(server: Server, size: Size) -> list[float]:
    taken: list[float] = []
    async with server.fresh_database() as url, opened(url) as database:
        stream = EventStream(database, "memory://", Registry())
        async with stream.running(), _reading(stream, taken):
            await _paced(size, lambda number: _announce(database, number))
            await eventually(lambda: len(taken) == _changes(size))
    return taken


@asynccontextmanager
async def _reading(stream: EventStream, taken: list[float]) -> AsyncIterator[None]:
    def note(event: LoggedEvent | Gap) -> None:
        assert isinstance(event, LoggedEvent)
        taken.append(time.time() - event.occurred_at.timestamp())

    async def read() -> None:
        async for event in stream.hub.follow(lambda _event: True, true()):
            note(event)

    reading = asyncio.create_task(read())
    await eventually(lambda: stream.hub.followers == 1)
    try:
        yield
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _announce(database: Database, number: int) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(
            CustomerUpdated(
                customer_id=number % 100 + 1,
                changed_fields=["last_name"],
                status=CustomerStatus.ACTIVE,
            )
        )


async def _to_socket(running: Measured, size: Size) -> list[float]:
    taken: list[float] = []
    async with crowd(running, 1) as clients:

        async def listen() -> None:
            while True:
                taken.append((await clients.line())["last"])

        listening = asyncio.create_task(listen())
        await _paced(size, lambda number: running.rename(f"Bench {number} {time.time()}"))
        await eventually(lambda: len(taken) == _changes(size))
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    return taken


def _changes(size: Size) -> int:
    return max(2, int(size.rate * size.seconds))


async def _paced(size: Size, change: Callable[[int], Awaitable[None]]) -> None:
    """Changes at the rate, none of them late because another is slow."""
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(_changes(size)):
            await asyncio.sleep(max(0.0, begun + number / size.rate - time.monotonic()))
            group.create_task(_awaited(change(number)))


async def _awaited(change: Awaitable[None]) -> None:
    await change


async def fan_out(servers: Servers, size: Size, sockets: int) -> list[Figure]:
    """One event to that many sockets of one process, all with the same subscription."""
    rounds = [await _fan_out_once(servers, size, sockets) for _ in range(size.rounds)]
    half, last, cpu, opening, memory = zip(*rounds, strict=True)
    name = f"{sockets:,} sockets"
    return [
        Figure(f"{name}: event written → half of them", "ms", half),
        Figure(f"{name}: event written → the last of them", "ms", last),
        Figure(f"{name}: CPU of the server per delivery", "µs", cpu),
        Figure(f"{name}: CPU of the server to open one and subscribe", "ms", opening),
        Figure(f"{name}: memory of the server per socket", "KiB", memory),
    ]


async def _fan_out_once(
    servers: Servers, size: Size, sockets: int
) -> tuple[float, float, float, float, float]:
    async with servers() as running:
        # What a change costs by itself, with its handlers, is not the deliveries' cost.
        await _renamed(running, size)
        used = running.cpu_seconds
        await _renamed(running, size)
        by_itself = running.cpu_seconds - used
        used, memory = running.cpu_seconds, running.memory_bytes
        async with crowd(running, sockets) as clients:
            opening = running.cpu_seconds - used
            memory = running.memory_bytes - memory
            await _tell(running, clients, 2)
            await asyncio.sleep(size.quiet_seconds)
            used = running.cpu_seconds
            told = await _tell(running, clients, size.tellings)
            await asyncio.sleep(size.quiet_seconds)
            spent = running.cpu_seconds - used - by_itself
    return (
        1000 * percentile([each["p50"] for each in told], 0.5),
        1000 * percentile([each["last"] for each in told], 0.5),
        1e6 * spent / size.tellings / sockets,
        1000 * opening / sockets,
        memory / sockets / 1024,
    )


async def _renamed(running: Measured, size: Size) -> None:
    for number in range(size.tellings):
        await running.rename(f"Bench {number} {time.time()}")
    await asyncio.sleep(size.quiet_seconds)


async def _tell(running: Measured, clients: Crowd, number: int) -> list[dict[str, Any]]:
    """Events one by one: the next when all sockets have had the one before."""
    told = []
    for _ in range(number):
        await running.rename(f"Bench {time.time()}")
        told.append(await clients.line())
    return told


async def catching_up(running: Measured, size: Size) -> Figure:
    """Events a second that a client gets through one socket that resumes far behind."""
    rates = []
    async with crowd(running, 1) as clients:
        [told] = await _tell(running, clients, 1)
    await write_backlog(running.database_url, size.backlog)
    async with opened(running.database_url) as database:
        await drain(database)
    last = size.backlog - 1
    for number in range(-size.warm_ups, size.rounds):
        async with crowd(running, 1, after=told["cursor"], tells_from=last) as clients:
            arrived = (await clients.line())["at"]
        if number >= 0:
            rates.append(size.backlog / (arrived - clients.opened_at))
    return Figure("catching up from a cursor through one socket", "events/s", tuple(rates))
