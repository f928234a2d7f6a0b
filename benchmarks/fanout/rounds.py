"""Alternating rounds: the same payload to as many sockets, now of this server, now of the peer."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.events.logs import Server as Postgres
from benchmarks.fanout.report import Row
from benchmarks.fanout.servers import Event, Server, ours, peer


@dataclass(frozen=True, slots=True)
class Size:
    """How many sockets, events of a round, rounds, events before them, seconds to be quiet."""

    sockets: int
    events: int
    rounds: int = 5
    warm_up: int = 10
    quiet: float = 5.0


FULL = (Size(100, 60), Size(1000, 25), Size(5000, 10))
TINY = (Size(5, 2, rounds=1, warm_up=1, quiet=0.2),)


@dataclass(frozen=True, slots=True)
class Round:
    """One server's round: medians in ms, and what an event took of the server's CPU, in ms."""

    begun_to_last: float
    known_to_last: float
    known_to_half: float
    cpu: float
    #: Without what the sockets and an event that nobody listens to take.
    delivery_cpu: float
    clients_cpu: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What a server takes by itself: CPU s/s with its sockets, s an unheard event, KiB a socket."""

    idle: float
    unheard: float
    memory: float


#: What the table tells of a round, and its unit.
_TOLD = (
    ("known_to_last", "known to the process → the last socket", "ms"),
    ("begun_to_last", "committed (ours), published (peer) → the last socket", "ms"),
    ("delivery_cpu", "CPU of the server for delivery", "ms"),
    ("cpu", "CPU of the server in all (ours: with commit, log and its readers)", "ms"),
)


async def measured(postgres: Postgres, folder: Path, sizes: Sequence[Size] = FULL) -> list[Row]:
    """All rows of the comparison; both servers are started anew for each number of sockets."""
    rows: list[Row] = []
    for size in sizes:
        async with postgres.fresh_database() as url:
            rows += await _compared(url, folder, size)
    return rows


async def _compared(url: str, folder: Path, size: Size) -> list[Row]:
    async with contextlib.AsyncExitStack() as held:
        our = await held.enter_async_context(ours(url, folder))
        their = await held.enter_async_context(peer(folder))
        our_standing = await held.enter_async_context(_crowded(our, None, size, folder))
        shown = _shown(await our.publish(None))
        their_standing = await held.enter_async_context(_crowded(their, shown, size, folder))
        rounds: tuple[list[Round], list[Round]] = ([], [])
        for _ in range(size.rounds):
            one, event = await _round(our, None, our_standing, size)
            other, same = await _round(their, _shown(event), their_standing, size)
            assert (_shown(same), same.size) == (_shown(event), event.size), (same, event)
            rounds[0].append(one)
            rounds[1].append(other)
    told = [
        Row(
            size.sockets,
            what,
            unit,
            *(_median([getattr(r, name) for r in each]) for each in rounds),
        )
        for name, what, unit in _TOLD
    ]
    standing = our_standing, their_standing
    idle = (1e6 * each.idle / size.sockets for each in standing)
    memory = (each.memory for each in standing)
    return [
        *told,
        Row(size.sockets, "CPU of the server for a quiet socket", "µs/s", *idle),
        Row(size.sockets, "memory of the server for a socket", "KiB", *memory),
    ]


@contextlib.asynccontextmanager
async def _crowded(
    server: Server, shown: dict[str, Any] | None, size: Size, folder: Path
) -> AsyncIterator[Standing]:
    unheard = await _unheard(server, shown, size)
    memory = server.worker.memory_bytes
    async with server.crowded(size.sockets, folder / "clients.log"):
        await asyncio.sleep(size.quiet)
        memory = server.worker.memory_bytes - memory
        for _ in range(size.warm_up):
            await server.publish(shown)
        used = server.worker.cpu_seconds
        await asyncio.sleep(size.quiet)
        idle = (server.worker.cpu_seconds - used) / size.quiet
        yield Standing(idle, unheard, memory / size.sockets / 1024)


async def _unheard(server: Server, shown: dict[str, Any] | None, size: Size) -> float:
    for _ in range(size.warm_up):
        await server.publish(shown)
    used = server.worker.cpu_seconds
    for _ in range(size.events):
        await server.publish(shown)
    return (server.worker.cpu_seconds - used) / size.events


async def _round(
    server: Server, shown: dict[str, Any] | None, standing: Standing, size: Size
) -> tuple[Round, Event]:
    first = await server.publish(shown)
    used, began = server.worker.cpu_seconds, time.monotonic()
    told = [await server.publish(shown) for _ in range(size.events)]
    cpu = (server.worker.cpu_seconds - used) / size.events
    seconds = (time.monotonic() - began) / size.events
    last = told[-1]
    return Round(
        begun_to_last=1000 * _median([each.last_at - each.begun_at for each in told]),
        known_to_last=1000 * _median([each.last_at - each.known_at for each in told]),
        known_to_half=1000 * _median([each.half_at - each.known_at for each in told]),
        cpu=1000 * cpu,
        delivery_cpu=1000 * (cpu - standing.unheard - standing.idle * seconds),
        clients_cpu=1000 * (last.clients_cpu - first.clients_cpu) / size.events,
    ), last


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _shown(event: Event) -> dict[str, Any]:
    shown: dict[str, Any] = event.message["payload"]["data"]["customerEvents"]
    return shown
