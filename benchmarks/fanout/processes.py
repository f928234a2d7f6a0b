"""The processes that are measured and those that measure, and what they have used."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that is told lines and tells lines, all of them JSON."""

    process: asyncio.subprocess.Process

    async def say(self, line: object) -> None:
        """One line to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        await self.process.stdin.drain()

    async def hear(self, key: str) -> dict[str, Any]:
        """
        Its next line with that key; others are passed over.

        Raises:
            RuntimeError: it has ended.
        """
        assert self.process.stdout is not None
        while True:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                line = await self.process.stdout.readline()
            if not line:
                raise RuntimeError("a process of the benchmark has ended")
            told: dict[str, Any] = json.loads(line)
            if key in told:
                return told

    @property
    def cpu_seconds(self) -> float:
        """What its threads have used so far, to the nanosecond where /proc/<pid>/stat has ticks."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    @property
    def memory_bytes(self) -> int:
        """Resident memory."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        [resident] = [line for line in lines if line.startswith("VmRSS:")]
        return int(resident.split()[1]) * 1024


@contextlib.asynccontextmanager
async def worker(
    command: Sequence[str], log: Path, environment: dict[str, str] | None = None
) -> AsyncIterator[Worker]:
    """The command, until the block ends: its standard input is closed then."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=2**20,
        )
    assert process.stdin is not None
    try:
        yield Worker(process)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def crowd(
    port: int, number: int, *, token: str, query: str, log: Path
) -> AsyncIterator[Worker]:
    """That many clients of the server at the port, each of them subscribed."""
    async with worker([sys.executable, "-m", "benchmarks.fanout.clients"], log) as clients:
        await clients.say({"port": port, "number": number, "token": token, "query": query})
        await clients.hear("ready")
        yield clients
