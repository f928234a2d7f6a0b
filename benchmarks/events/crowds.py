"""A crowd of sockets in a process of its own, as seen from the one that measures."""

import asyncio
import contextlib
import json
import resource
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.events.servers import Measured, token

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 300


def raise_file_limit() -> int:
    """Let this process and its children open as many sockets as they may; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@dataclass(slots=True)
class Crowd:
    """
    The process of the clients; it tells of each event once all of them have it.

    ``opened_at`` is when it began to open them, in seconds since 1970.
    """

    process: asyncio.subprocess.Process
    opened_at: float = 0.0
    _early: deque[dict[str, Any]] = field(default_factory=deque)

    async def ready(self) -> None:
        """Wait until all of them are subscribed; events may come before that."""
        while "ready" not in (told := await self._read()):
            self._early.append(told)
        self.opened_at = told["opened_at"]

    async def line(self) -> dict[str, Any]:
        """The next event that has reached all of them."""
        return self._early.popleft() if self._early else await self._read()

    async def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clients have ended")
        told: dict[str, Any] = json.loads(line)
        if "lost" in told:
            raise RuntimeError(f"a client's socket was closed: {told['lost']}")
        return told


@contextlib.asynccontextmanager
async def crowd(
    server: Measured, number: int, *, after: str | None = None, tells_from: int = 0
) -> AsyncIterator[Crowd]:
    """That many clients with the same subscription, all of them subscribed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.events.sockets",
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    asked = {
        "url": server.served.url,
        "token": token(),
        "number": number,
        "after": after,
        "tells_from": tells_from,
    }
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    await process.stdin.drain()
    clients = Crowd(process)
    try:
        await clients.ready()
        yield clients
    finally:
        process.stdin.close()
        await process.wait()
