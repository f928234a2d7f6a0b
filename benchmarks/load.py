"""
The clients, in a process of their own: ``python -m benchmarks.load``.

It reads one JSON object a line, the ``Asked`` of a run, and answers each with one of the ``Told``.
"""

import asyncio
import base64
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import cast

import uvloop

_PATIENCE_SECONDS = 30
_BAD = (b'"errors"', b'"userErrors":[{')
_CHUNKED = b"\r\ntransfer-encoding: chunked"
_LENGTH = b"\r\ncontent-length: "


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A run of a closed loop: each connection sends its next request when it has its answer.

    ``requests`` are whole HTTP/1.1 requests, sent in turns from ``first`` on.
    """

    port: int
    connections: int
    seconds: float
    requests: tuple[bytes, ...]
    first: int = 0

    def encoded(self) -> bytes:
        """The line that ``decoded`` reads."""
        texts = [base64.b64encode(each).decode() for each in self.requests]
        return json.dumps(asdict(self) | {"requests": texts}).encode() + b"\n"

    @classmethod
    def decoded(cls, line: str) -> "Asked":
        """What ``encoded`` wrote."""
        told = json.loads(line)
        return cls(
            **told | {"requests": tuple(base64.b64decode(each) for each in told["requests"])}
        )


@dataclass(frozen=True, slots=True)
class Told:
    """
    How a run went.

    ``rate`` is answers a second, ``p50`` and ``p99`` are the milliseconds that half and 99 % of
    them took at most, ``octets`` is what one has on average.
    """

    answers: int
    rate: float
    p50: float
    p99: float
    octets: float


class BadAnswer(Exception):
    """An answer that is no success: what follows would measure something else."""


class Answers:
    """Splits what a connection receives into the bodies of its answers (RFC 9112 §6.3)."""

    def __init__(self) -> None:
        self._received = bytearray()

    def next(self, data: bytes) -> bytes | None:
        """
        The body of the answer that is now complete; None until then.

        Raises:
            BadAnswer: another status than 200, or no length.
        """
        received = self._received
        received += data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(received[:end]).lower()
        if not head.startswith(b"http/1.1 200"):
            raise BadAnswer(received[:500].decode(errors="replace"))
        body = _sized(received, head, end + 4)
        if body is not None:
            received.clear()
        return body


def _sized(received: bytearray, head: bytes, start: int) -> bytes | None:
    length = head.find(_LENGTH)
    if length >= 0:
        size = int(head[length + len(_LENGTH) :].split(b"\r", 1)[0])
        return bytes(received[start:]) if len(received) >= start + size else None
    if _CHUNKED not in head:
        raise BadAnswer(head.decode(errors="replace"))
    # Nothing is sent before the answer is whole: the last chunk is what ends the buffer.
    return bytes(received[start:]) if received.endswith(b"0\r\n\r\n") else None


class Client(asyncio.Protocol):
    """One connection of a run."""

    def __init__(self, requests: Iterator[bytes], run: "Run") -> None:
        self._requests = requests
        self._run = run
        self._answers = Answers()
        self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        try:
            body = self._answers.next(data)
            if body is None:
                return
            if any(bad in body for bad in _BAD):
                raise BadAnswer(body[:500].decode(errors="replace"))
        except BadAnswer as bad:
            self._run.end(bad)
            return
        now = time.perf_counter()
        self._run.note(now - self._sent_at, len(body))
        if now < self._run.until:
            self._send()
        else:
            self._run.leave()

    def connection_lost(self, error: Exception | None) -> None:
        self._run.end(BadAnswer(f"the connection was closed: {error}"))

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def close(self) -> None:
        self._transport.close()


class Run:
    """One run: until when it lasts, and what has come so far."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seconds: list[float] = []
        self._octets = 0
        self._working = asked.connections
        self.until = time.perf_counter() + asked.seconds

    def note(self, seconds: float, octets: int) -> None:
        """One more answer."""
        self._seconds.append(seconds)
        self._octets += octets

    def leave(self) -> None:
        """A connection has its last answer."""
        self._working -= 1
        if not self._working:
            self.end(None)

    def end(self, error: BadAnswer | None) -> None:
        """The run is over."""
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)

    async def told(self) -> Told:
        """Open the connections, and tell once all have their last answers. Raises ``BadAnswer``."""
        requests = islice(cycle(self._asked.requests), self._asked.first, None)
        loop = asyncio.get_running_loop()
        begun = time.perf_counter()
        opening = [
            loop.create_connection(lambda: Client(requests, self), "127.0.0.1", self._asked.port)
            for _ in range(self._asked.connections)
        ]
        clients = [client for _, client in await asyncio.gather(*opening)]
        async with asyncio.timeout(self._asked.seconds + _PATIENCE_SECONDS):
            await self._ended
        taken = time.perf_counter() - begun
        for client in clients:
            client.close()
        ordered = sorted(self._seconds)
        return Told(
            answers=len(ordered),
            rate=len(ordered) / taken,
            p50=1000 * ordered[len(ordered) // 2],
            p99=1000 * ordered[int(len(ordered) * 0.99)],
            octets=self._octets / len(ordered),
        )


async def answer(line: str) -> dict[str, object]:
    """The run that the line asks for, as told or as ``{"bad": why}``."""
    try:
        return asdict(await Run(Asked.decoded(line)).told())
    except (BadAnswer, OSError, TimeoutError) as error:
        return {"bad": str(error) or "no answer"}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(uvloop.run(answer(line))) + "\n")
        sys.stdout.flush()
