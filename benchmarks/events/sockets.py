"""
Thousands of WebSocket clients in one process: ``python -m benchmarks.events.sockets``.

Each subscribes to ``customerEvents``. They speak just enough of RFC 6455 to count messages, so
that the clients do not cost more than the server. The process reads a JSON line (url, token,
number, after, tells_from) and writes JSON lines: ``{"ready": n, "opened_at": t}``, and one for
each event, from the ``tells_from``-th on, that has reached all of them; ``lost`` tells of a
socket that was closed.
"""

import asyncio
import base64
import json
import os
import statistics
import struct
import sys
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from benchmarks.frames import next_frame

_MASK = b"\0\0\0\0"
_AT_ONCE = 64
QUERY = """subscription Bench($after: String) {
  customerEvents(after: $after) {
    __typename id type timestamp cursor customerId transactionId actor
    ... on CustomerUpdated { changedFields status }
  }
}"""


class Tally:
    """When each event reached how many of the clients; tells one that has reached all."""

    def __init__(self, number: int, tells_from: int) -> None:
        self._number = number
        self._tells_from = tells_from
        self._times: dict[int, list[float]] = {}

    def count(self, index: int, message: bytes) -> None:
        """A client got its ``index``-th event."""
        if index < self._tells_from:
            return
        times = self._times.setdefault(index, [])
        times.append(time.time())
        if len(times) == self._number:
            event = json.loads(message)["payload"]["data"]["customerEvents"]
            since = datetime.fromisoformat(event["timestamp"]).timestamp()
            tell(
                event=index,
                cursor=event["cursor"],
                at=times[-1],
                p50=statistics.median(times) - since,
                last=times[-1] - since,
            )
            del self._times[index]


class Client(asyncio.Protocol):
    """One socket: handshake, ``connection_init``, ``subscribe``, and then counting."""

    def __init__(self, asked: dict[str, Any], tally: Tally) -> None:
        self._asked = asked
        self._tally = tally
        self._received = bytearray()
        self._is_open = False
        self._events = 0
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host = urlsplit(self._asked["url"]).netloc
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            assert self._received.startswith(b"HTTP/1.1 101"), bytes(self._received[:200])
            del self._received[: end + 4]
            self._is_open = True
            self._send({"type": "connection_init", "payload": {"authorization": self._token}})
        while (message := self._next_message()) is not None:
            self._handle(message)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.subscribed.done():
            self.subscribed.set_exception(ConnectionError("closed before it was subscribed"))
        tell(lost=repr(error))

    @property
    def _token(self) -> str:
        return f"Bearer {self._asked['token']}"

    def _handle(self, message: bytes) -> None:
        # The server writes its messages with "id" or "type" in front; only the kinds matter.
        if b'"type":"next"' in message:
            self._tally.count(self._events, message)
            self._events += 1
        elif b'"connection_ack"' in message:
            operation = {"query": QUERY, "variables": {"after": self._asked.get("after")}}
            self._send({"id": "1", "type": "subscribe", "payload": operation})
            # Its pong comes behind the subscription: the server handles messages in turn.
            self._send({"type": "ping"})
        elif b'"pong"' in message:
            if not self.subscribed.done():
                self.subscribed.set_result(None)
        elif b'"ping"' in message:
            # A checkpoint, to a client whose events do not come.
            self._send({"type": "pong"})
        else:
            raise RuntimeError(message.decode())

    def _send(self, message: dict[str, Any]) -> None:
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + struct.pack("!H", size)
        # A mask of zeros leaves the payload as it is.
        self._transport.write(head + _MASK + payload)

    def _next_message(self) -> bytes | None:
        """The payload of the next whole frame with a message."""
        frame = next_frame(self._received)
        if frame is None:
            return None
        kind, payload = frame
        if kind == 0x9:
            self._transport.write(bytes([0x8A, 0x80 | len(payload)]) + _MASK + payload)
            return self._next_message()
        if kind == 0x8:
            self._transport.close()
            return None
        return payload


def tell(**line: Any) -> None:
    """One line for who started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def follow(asked: dict[str, Any]) -> None:
    """Open them all, a few at a time, and count until standard input ends."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(asked["url"])
    tally = Tally(asked["number"], asked["tells_from"])
    turns = asyncio.Semaphore(_AT_ONCE)

    async def open_one() -> None:
        async with turns:
            _, client = await loop.create_connection(
                lambda: Client(asked, tally), parts.hostname, parts.port
            )
            await client.subscribed

    opened_at = time.time()
    await asyncio.gather(*(open_one() for _ in range(asked["number"])))
    tell(ready=asked["number"], opened_at=opened_at)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(follow(json.loads(sys.stdin.readline())))
