"""The console script as a child process, as an operator runs it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

COMMAND = Path(sys.executable).parent / "isp-graph"
_START_SECONDS = 120


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others of isp-graph's."""
    ours = ("ISP_GRAPH_", "DATABASE_URL", "BROADCAST_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PATH": f"{COMMAND.parent}:{kept['PATH']}", **settings}


async def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run ``isp-graph`` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        *arguments,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(_START_SECONDS):
        output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


class Served:
    """A running ``isp-graph serve``."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def stop(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(kind)
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def served(log: Path, *arguments: str, **settings: str) -> AsyncIterator[Served]:
    """``isp-graph serve`` on a free port, ready to answer; its output goes to ``log``."""
    port = free_port()
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            COMMAND,
            "serve",
            "--port",
            str(port),
            *arguments,
            env=environment(**settings),
            stdout=output,
            stderr=output,
        )
    running = Served(process, f"http://127.0.0.1:{port}")
    try:
        await ready(running.url, process, log)
        yield running
    finally:
        if process.returncode is None:
            await running.stop(signal.SIGTERM)


async def ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the server says that it is ready."""
    async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient() as client:
        while True:
            assert process.returncode is None, log.read_text()
            try:
                answer = await client.get(f"{url}/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 200:
                return
            await asyncio.sleep(0.1)
