"""Rounds in turns: every server gets the same requests, in another order each round."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.cases import Case
from benchmarks.contenders import Contender
from benchmarks.load import Asked, Told
from benchmarks.sizes import Size

_ROOT = Path(__file__).parents[1]
#: Where the requests of one round start behind those of the round before.
_STEP = 97


@dataclass(frozen=True, slots=True)
class Round:
    """One server's round; milliseconds of CPU are of one request."""

    told: Told
    server_cpu: float
    database_cpu: float


@dataclass(frozen=True, slots=True)
class Result:
    """One server's rounds of one case."""

    case: Case
    name: str
    rounds: tuple[Round, ...]

    @property
    def rates(self) -> tuple[float, ...]:
        """Requests a second, round by round."""
        return tuple(each.told.rate for each in self.rounds)

    def median(self, of: Callable[[Round], float]) -> float:
        """The median of a figure."""
        return median(of(each) for each in self.rounds)


class Clients:
    """The process of the clients, and what it is told of the machine around it."""

    def __init__(
        self, process: asyncio.subprocess.Process, database_cpu: Callable[[], float]
    ) -> None:
        self._process = process
        self._database_cpu = database_cpu

    async def run(self, contender: Contender, asked: Asked) -> Round:
        """
        One run.

        Raises:
            RuntimeError: an answer was no success, or none came.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        server = contender.running
        begun, database_begun = server.cpu_seconds, self._database_cpu()
        self._process.stdin.write(asked.encoded())
        await self._process.stdin.drain()
        answer = json.loads(await self._process.stdout.readline())
        if "bad" in answer:
            raise RuntimeError(f"{contender.name}: {answer['bad']}")
        told = Told(**answer)
        return Round(
            told,
            1000 * (server.cpu_seconds - begun) / told.answers,
            1000 * (self._database_cpu() - database_begun) / told.answers,
        )


@asynccontextmanager
async def clients(database_cpu: Callable[[], float]) -> AsyncIterator[Clients]:
    """The clients, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.load",
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    try:
        yield Clients(process, database_cpu)
    finally:
        process.stdin.close()
        await process.wait()


async def measure(
    by: Clients,
    case: Case,
    contenders: Sequence[Contender],
    size: Size,
    *,
    rounds: int,
    settled: Callable[[], Awaitable[None]],
) -> list[Result]:
    """
    Every contender's rounds, in turns, behind a warm-up each.

    ``settled`` is awaited behind a round that changes rows: what one server leaves to be done is
    not to be done while another is measured, and each finds rows that it can change.
    """
    requests = [contender.requests(case) for contender in contenders]
    measured: list[list[Round]] = [[] for _ in contenders]
    for number in range(-1 if size.warm_up_seconds else 0, rounds):
        seconds = size.seconds if number >= 0 else size.warm_up_seconds
        for turn in range(len(contenders)):
            index = (turn + number) % len(contenders)
            contender = contenders[index]
            asked = Asked(
                contender.running.port,
                size.connections,
                seconds,
                requests[index],
                first=max(number, 0) * _STEP,
            )
            told = await by.run(contender, asked)
            if case.is_change:
                await settled()
            if number >= 0:
                measured[index].append(told)
    return [
        Result(case, contender.name, tuple(each))
        for contender, each in zip(contenders, measured, strict=True)
    ]
