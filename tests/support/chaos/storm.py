"""A storm from its beginning to its end: setting out, breaking things, calm, and the evidence."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import httpx

from domain.kernel.access import Role
from domain.kernel.database import Database, create_engine
from tests.support.chaos import records
from tests.support.chaos.callers import Caller
from tests.support.chaos.checker import Finding, findings, is_complete
from tests.support.chaos.cluster import Broker, Cluster, cluster, token
from tests.support.chaos.crowd import crowd
from tests.support.chaos.faults import Faults
from tests.support.chaos.program import Program
from tests.support.chaos.setting_out import estate_of, first_event
from tests.support.chaos.subscribers import Subscriber
from tests.support.chaos.witnesses import Delivery, Evidence
from tests.support.chaos.writers import Books, Writer

_CONVERGE_SECONDS = 150
#: How long a second copy, or somebody else's event, has to show itself.
_QUIET_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Weather:
    """One storm: ``size`` times the subscribers and writers of the smallest one."""

    seed: int
    seconds: float
    broker: Broker
    size: int = 1
    servers: int = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What a storm came to; ``faults`` and ``summary`` are for people."""

    findings: list[Finding]
    faults: list[str]
    summary: str


class Clock:
    """How long each phase took."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._phases: list[str] = []

    def tick(self, phase: str) -> None:
        """The phase is over."""
        now = time.monotonic()
        self._phases.append(f"{phase} {now - self._last:.1f} s")
        self._last = now

    def __str__(self) -> str:
        return ", ".join(self._phases)


async def storm(folder: Path, weather: Weather) -> Report:
    """Run the storm on a cluster of its own, and judge what the witnesses say."""
    clock = Clock()
    async with cluster(folder, weather.broker, servers=weather.servers) as running:
        clock.tick("started in")
        faults = Faults(running, random.Random(f"{weather.seed} faults"))
        evidence = await _weather(running, weather, faults, clock)
        starts = {node.name: node.starts for node in running.nodes}
    clock.tick("ended in")
    summary = f"seed {weather.seed}: {_counts(evidence)}, starts {starts}; {clock}"
    return Report(findings(evidence), faults.told, summary)


def _counts(evidence: Evidence) -> str:
    connections = [each for track in evidence.tracks for each in track.connections]
    deliveries = sum(len(each.deliveries) for each in connections)
    return (
        f"{len(evidence.facts)} events, {len(evidence.changes)} changes, "
        f"{len(evidence.tracks)} subscribers, {len(connections)} connections, "
        f"{deliveries} deliveries, {len(evidence.effects)} effects"
    )


async def _weather(running: Cluster, weather: Weather, faults: Faults, clock: Clock) -> Evidence:
    async with httpx.AsyncClient(timeout=10) as http:
        estate = await estate_of(_caller(running, weather, http, "staff:founder"))
        books = Books(estate.resellers, dict(estate.customers))
        origin = await first_event(running, _caller(running, weather, http, "staff:pilot"), estate)
        subscribers = crowd(running, estate, origin.cursor, seed=weather.seed, times=weather.size)
        clock.tick("set out in")
        async with _following(subscribers):
            await _write(running, weather, books, http, faults, clock)
            await running.ready()
            clock.tick("ready in")
            for subscriber in subscribers:
                subscriber.is_calm = True
            return await _calm(running, origin, subscribers, books, clock)


@contextlib.asynccontextmanager
async def _following(subscribers: list[Subscriber]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(subscriber.run()) for subscriber in subscribers]
    try:
        yield
    finally:
        broken = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in broken:
            task.result()


async def _write(
    running: Cluster,
    weather: Weather,
    books: Books,
    http: httpx.AsyncClient,
    faults: Faults,
    clock: Clock,
) -> None:
    """Writers write while faults happen, and then finish what they are at."""
    stopped = asyncio.Event()
    database = Database(create_engine(running.postgres.url, pool_size=2))
    writers: list[Writer | Program] = [
        Program("program:1", books, database, random.Random(f"{weather.seed} program"))
    ]
    for number in range(4 * weather.size):
        caller = _caller(running, weather, http, f"staff:writer-{number}")
        writers.append(
            Writer(f"writer-{number}", books, caller, caller.dice, is_careful=number % 2 == 0)
        )
    try:
        async with asyncio.TaskGroup() as group:
            for writer in writers:
                group.create_task(writer.run(stopped))
            await faults.run(weather.seconds)
            clock.tick("raged for")
            stopped.set()
        clock.tick("written in")
    finally:
        await database.dispose()


async def _calm(
    running: Cluster,
    origin: Delivery,
    subscribers: list[Subscriber],
    books: Books,
    clock: Clock,
) -> Evidence:
    """Wait until everybody has heard everything, or long enough; then ask the database."""
    connection = await running.postgres.connect()
    tracks = [subscriber.track for subscriber in subscribers]
    evidence = Evidence([], origin, tracks, books.changes, [], [])
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CONVERGE_SECONDS):
            while not await records.is_settled(connection):
                await asyncio.sleep(0.2)
            clock.tick("settled in")
            evidence = replace(evidence, facts=await records.facts(connection))
            while not is_complete(evidence):
                await asyncio.sleep(0.2)
            clock.tick("heard in")
    await asyncio.sleep(_QUIET_SECONDS)
    return await _closed(connection, evidence)


async def _closed(connection: asyncpg.Connection, evidence: Evidence) -> Evidence:
    complete = replace(
        evidence,
        facts=await records.facts(connection),
        effects=await records.effects(connection),
        leftovers=await records.leftovers(connection),
    )
    await connection.close()
    return complete


def _caller(running: Cluster, weather: Weather, http: httpx.AsyncClient, actor: str) -> Caller:
    urls = [server.url for server in running.servers]
    dice = random.Random(f"{weather.seed} {actor}")
    return Caller(urls, token(Role.ADMIN, actor), dice, http)
