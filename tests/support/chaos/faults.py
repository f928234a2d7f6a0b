"""Faults: what dies in a storm, dealt like cards so that each kind has its turn."""

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

from tests.support.chaos.cluster import Cluster

_CALM_SECONDS = (0.5, 3.0)
_DOWN_SECONDS = (0.0, 2.0)

#: Which backends: those that listen, those that relay, and any.
_LISTENERS = "application_name = 'isp-graph wake-ups listen'"
_RELAYS = "query ilike '%advisory%' or query ilike '%position is null%'"
_ANY = "true"

Fault = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Faults:
    """Breaks parts of a cluster at random moments; ``told`` says what and when."""

    cluster: Cluster
    dice: random.Random
    told: list[str] = field(default_factory=list)
    _since: float = 0.0

    async def run(self, seconds: float) -> None:
        """Break something again and again; afterwards everything is up, or starting."""
        loop = asyncio.get_running_loop()
        self._since = loop.time()
        deck: list[tuple[str, Fault]] = []
        while loop.time() - self._since < seconds:
            await asyncio.sleep(self.dice.uniform(*_CALM_SECONDS))
            if not deck:
                deck = self._deck()
                self.dice.shuffle(deck)
            name, fault = deck.pop()
            self.told.append(f"{loop.time() - self._since:6.1f} s  {name}")
            await fault()

    def _deck(self) -> list[tuple[str, Fault]]:
        deck: list[tuple[str, Fault]] = [
            ("a server is killed", lambda: self._end_one(signal.SIGKILL, is_server=True)),
            ("a server is told to end", lambda: self._end_one(signal.SIGTERM, is_server=True)),
            *[("a worker is killed", lambda: self._end_one(signal.SIGKILL, is_server=False))] * 2,
            ("a listening backend is ended", lambda: self._terminate(_LISTENERS, 1)),
            ("relaying backends are ended", lambda: self._terminate(_RELAYS, 2)),
            *[("any backends are ended", lambda: self._terminate(_ANY, 4))] * 3,
            ("every backend is ended", lambda: self._terminate(_ANY, 1000)),
            ("PostgreSQL crashes", self._crash_postgres),
        ]
        if self.cluster.redis is not None:
            deck += [("Redis crashes", self._crash_redis)] * 2
        return deck

    async def _end_one(self, kind: signal.Signals, *, is_server: bool) -> None:
        nodes = self.cluster.servers if is_server else self.cluster.workers
        self.dice.choice([*nodes]).signal(kind)

    async def _terminate(self, which: str, most: int) -> None:
        # The dice may hit the connection that they are thrown from, or the server is starting.
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await self.cluster.postgres.connect()
            try:
                await self._terminate_by(connection, which, most)
            finally:
                await connection.close()

    async def _terminate_by(self, connection: asyncpg.Connection, which: str, most: int) -> None:
        rows = await connection.fetch(
            f"""select pid from pg_stat_activity where ({which})
                and datname = current_database() and pid <> pg_backend_pid() order by pid"""
        )
        for row in self.dice.sample(rows, min(most, len(rows))):
            await connection.execute("select pg_terminate_backend($1)", row["pid"])

    async def _crash_postgres(self) -> None:
        await self.cluster.postgres.crash()
        await asyncio.sleep(self.dice.uniform(*_DOWN_SECONDS))
        await self.cluster.postgres.start()

    async def _crash_redis(self) -> None:
        assert self.cluster.redis is not None
        await self.cluster.redis.stop()
        await asyncio.sleep(self.dice.uniform(*_DOWN_SECONDS))
        await self.cluster.redis.start()
