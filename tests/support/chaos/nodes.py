"""Processes of the system, kept running as a supervisor keeps them: whatever ends, starts anew."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx

from tests.support.process import COMMAND, environment, free_port

_ROOT = Path(__file__).parents[3]
_PAUSE_SECONDS = 0.3
_READY_SECONDS = 120


class Node:
    """One process of the system and its successors; its output goes to ``log``."""

    def __init__(self, name: str, command: Sequence[str], log: Path, **settings: str) -> None:
        self.name = name
        self.log = log
        self.starts = 0
        self._command = command
        self._environment = environment(**settings)
        self._process: asyncio.subprocess.Process | None = None

    @contextlib.asynccontextmanager
    async def kept_running(self) -> AsyncIterator[None]:
        """It runs for the length of the block, again and again; SIGTERM at the end."""
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._end()

    def signal(self, kind: signal.Signals) -> None:
        """Send it to the present process; nothing happens between two of them."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(kind)

    async def _keep(self) -> None:
        while True:
            with self.log.open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    cwd=_ROOT,
                    env=self._environment,
                    stdout=output,
                    stderr=output,
                )
            self.starts += 1
            await self._process.wait()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _end(self) -> None:
        if self._process is None:
            return
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(30):
                await self._process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self._process.wait()
            raise AssertionError(f"{self.name} did not end on SIGTERM") from None


class Server(Node):
    """An ``isp-graph serve``."""

    def __init__(self, number: int, folder: Path, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = (str(COMMAND), "serve", "--port", str(port))
        super().__init__(f"server-{number}", command, folder / f"server-{number}.log", **settings)

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(_READY_SECONDS), httpx.AsyncClient() as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)


class Worker(Node):
    """A process that only relays and handles events, with the storm's own handler."""

    def __init__(self, number: int, folder: Path, **settings: str) -> None:
        command = (sys.executable, "-m", "tests.support.chaos.worker")
        super().__init__(f"worker-{number}", command, folder / f"worker-{number}.log", **settings)
