"""The system in a storm: PostgreSQL, a broker, servers and workers, each of them mortal."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from domain.identity.tokens import Tokens
from domain.kernel.access import Role
from tests.support.brokers import RedisServer
from tests.support.chaos.nodes import Node, Server, Worker
from tests.support.chaos.postgres import Postgres, postgres
from tests.support.chaos.worker import EFFECTS
from tests.support.server import SECRET

Broker = Literal["postgresql", "redis"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What runs; ``redis`` only where wake-ups go over it."""

    postgres: Postgres
    redis: RedisServer | None
    servers: list[Server]
    workers: list[Worker]

    @property
    def nodes(self) -> list[Node]:
        return [*self.servers, *self.workers]

    async def ready(self) -> None:
        """Wait until every server is."""
        for server in self.servers:
            await server.ready()


def token(role: Role, subject: str, *, ttl: timedelta = _DAY, **claims: Any) -> str:
    """An access token that every server of the cluster accepts."""
    return Tokens(SECRET).issue(subject, role, ttl=ttl, **claims)


@contextlib.asynccontextmanager
async def cluster(
    folder: Path, broker: Broker, *, servers: int = 2, workers: int = 2
) -> AsyncIterator[Cluster]:
    """The whole system, ready, for the length of the block."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres(folder))
        await _make_effects(database)
        redis = None
        if broker == "redis":
            redis = RedisServer(folder)
            stack.push_async_callback(redis.stop)
            await redis.start()
        settings = {
            "DATABASE_URL": database.url,
            "BROADCAST_URL": redis.url if redis else _listening(database.url),
            "ISP_GRAPH_DATA": str(folder),
            "ISP_GRAPH_TOKEN_SECRET": SECRET,
            "ISP_GRAPH_POOL_SIZE": "6",
            "ISP_GRAPH_LOG_LEVEL": "WARNING",
            "ISP_GRAPH_LOG_FORMAT": "text",
        }
        running = Cluster(
            database,
            redis,
            [Server(number, folder, **settings) for number in range(servers)],
            [Worker(number, folder, **settings) for number in range(workers)],
        )
        for node in running.nodes:
            await stack.enter_async_context(node.kept_running())
        await running.ready()
        yield running


async def _make_effects(database: Postgres) -> None:
    connection = await database.connect()
    await connection.execute(EFFECTS)
    await connection.close()


def _listening(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")
