"""The servers, each started as its documentation says, all on the same database."""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from sqlalchemy.engine import make_url

from benchmarks.bars import APOLLO, OURS, POSTGRAPHILE, STOCK
from benchmarks.cases import Dialect
from benchmarks.peers import npm
from tests.support.process import COMMAND, environment, free_port

SECRET = "a secret of the benchmark that is long enough to sign"
_PLENTY = "1000000000"
_ROOT = Path(__file__).parents[2]
_START_SECONDS = 120
_ALIVE = json.dumps({"query": "{ __typename }"}).encode()
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Peer:
    """A server by its name: what it is started with at a port and a database's URL."""

    name: str
    dialect: Dialect
    command: Callable[[int], list[str]]
    settings: Callable[[str, int, Path], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers; ``start_seconds`` is how long that took."""

    peer: Peer
    port: int
    process: psutil.Process
    start_seconds: float

    @property
    def cpu_seconds(self) -> float:
        """What its processes have used so far."""
        return cpu_seconds(_family(self.process))

    @property
    def memory_bytes(self) -> int:
        """Resident memory of its processes."""
        return sum(int(each.memory_info().rss) for each in _family(self.process))


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """What those of them that still live have used so far."""
    used = 0.0
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            used += times.user + times.system
    return used


def ours(workers: int = 1) -> Peer:
    """``isp-graph serve`` with its defaults; nobody's budget ends while it is measured."""
    chosen = () if workers == 1 else ("--workers", str(workers))

    def settings(url: str, _port: int, folder: Path) -> dict[str, str]:
        return {
            "DATABASE_URL": url,
            "ISP_GRAPH_DATA": str(folder),
            "ISP_GRAPH_TOKEN_SECRET": SECRET,
            "ISP_GRAPH_POINTS_PER_MINUTE": f"service={_PLENTY},reseller={_PLENTY}",
            "ISP_GRAPH_REQUESTS_PER_SECOND": f"service={_PLENTY},reseller={_PLENTY}",
        }

    name = OURS if workers == 1 else f"{OURS}, {workers} workers"
    return Peer(
        name,
        "isp-graph",
        lambda port: [str(COMMAND), "serve", "--port", str(port), *chosen],
        settings,
    )


def _stock_command(port: int) -> list[str]:
    app = "benchmarks.peers.stock.app:app"
    quiet = ("--log-level", "warning", "--no-access-log")
    return [sys.executable, "-m", "uvicorn", app, "--port", str(port), *quiet]


def _on_node(script: str) -> Callable[[int], list[str]]:
    return lambda _port: [npm.NODE, str(npm.FOLDER / script)]


def _node_settings(url: str, port: int, _folder: Path) -> dict[str, str]:
    parts = make_url(url)
    return {
        "PORT": str(port),
        "PGHOST": str(parts.query["host"]),
        "PGUSER": str(parts.username),
        "PGDATABASE": str(parts.database),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }


STOCK_PEER = Peer(STOCK, "plain", _stock_command, lambda url, _port, _folder: {"DATABASE_URL": url})
PEERS = (
    Peer(POSTGRAPHILE, "postgraphile", _on_node("postgraphile.mjs"), _node_settings),
    Peer(APOLLO, "plain", _on_node("apollo.mjs"), _node_settings),
    STOCK_PEER,
)


@contextlib.asynccontextmanager
async def running(peer: Peer, url: str, folder: Path) -> AsyncIterator[Running]:
    """The server on the database until the block ends; its output goes into the folder."""
    port = free_port()
    log = folder / f"{peer.name}.log"
    begun = time.perf_counter()
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *peer.command(port),
            cwd=_ROOT,
            env=environment(**peer.settings(url, port, folder)),
            stdout=output,
            stderr=output,
        )
    try:
        await _answered(port, peer, process, log)
        took = time.perf_counter() - begun
        yield Running(peer, port, psutil.Process(process.pid), took)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _answered(port: int, peer: Peer, process: asyncio.subprocess.Process, log: Path) -> None:
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + _START_SECONDS
    async with httpx.AsyncClient(base_url=url) as client:
        while not await _is_ready(client, peer):
            if process.returncode is not None or time.monotonic() > until:
                raise RuntimeError(f"{peer.name} does not start: {log.read_text()[-2000:]}")
            await asyncio.sleep(0.02)


async def _is_ready(client: httpx.AsyncClient, peer: Peer) -> bool:
    """Ours says so at /readyz; the others have no such place and are asked for next to nothing."""
    try:
        if peer.dialect == "isp-graph":
            answer = await client.get("/readyz")
        else:
            answer = await client.post("/graphql", content=_ALIVE, headers=_JSON)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]
