"""
Thousands of WebSocket clients in one process: ``python -m benchmarks.fanout.clients``.

They read what came straight from the sockets, 3 µs a message, so that they cost both servers the
same and less than any of them. The process reads a JSON line (port, token, number, query) and
writes JSON lines: ``ready``, and for each event that has reached all of them ``half``, ``last``
(seconds since 1970), ``message`` and ``cpu`` (seconds that the clients have used so far).
"""

import base64
import json
import os
import select
import socket
import sys
import time
import uuid
from typing import Any

from benchmarks.frames import next_frame

_MIDDLE = b"\x81\x7e"
_NEXT = b'"type":"next"'
_MASK = b"\0\0\0\0"
_AT_ONCE = 50
_READ = 65_536


class Client:
    """One socket: handshake, ``connection_init``, ``subscribe`` with an id of its own."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._received = bytearray()
        self.events = 0
        self.socket = socket.create_connection(("127.0.0.1", asked["port"]))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{asked['port']}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def initialise(self) -> None:
        """Send ``connection_init`` once the handshake is answered."""
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            self._received += self.socket.recv(_READ)
        assert self._received.startswith(b"HTTP/1.1 101"), bytes(self._received[:200])
        del self._received[: end + 4]
        authorization = f"Bearer {self._asked['token']}"
        self.send({"type": "connection_init", "payload": {"authorization": authorization}})

    def subscribe(self) -> None:
        """Subscribe once the server has acknowledged."""
        self._wait_for(b'"connection_ack"')
        payload = {"query": self._asked["query"]}
        self.send({"id": str(uuid.uuid4()), "type": "subscribe", "payload": payload})
        self.send({"type": "ping"})

    def settle(self) -> None:
        """The pong comes behind the subscription; from now on nothing is waited for."""
        self._wait_for(b'"pong"')
        self.socket.setblocking(False)

    def send(self, message: dict[str, Any]) -> None:
        """A mask of zeros leaves the payload as it is."""
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(head + _MASK + payload)

    def messages(self, data: bytes) -> list[bytes]:
        """The events among what came; pings are answered."""
        is_whole = data[:2] == _MIDDLE and len(data) == 4 + int.from_bytes(data[2:4], "big")
        if is_whole and not self._received and _NEXT in data:
            # One event, as nearly always.
            return [data[4:]]
        self._received += data
        found = []
        while (frame := next_frame(self._received)) is not None:
            kind, payload = frame
            if kind == 0x9:
                self.socket.sendall(bytes([0x8A, 0x80 | len(payload)]) + _MASK + payload)
            elif kind != 0x1:
                raise ConnectionError(f"a socket was closed: {payload!r}")
            elif b'"type":"ping"' in payload:
                self.send({"type": "pong"})
            else:
                assert _NEXT in payload, payload
                found.append(payload)
        return found

    def _wait_for(self, kind: bytes) -> None:
        while (frame := next_frame(self._received)) is None:
            self._received += self.socket.recv(_READ)
        assert kind in frame[1], frame


class Tally:
    """How many clients have had the newest event, and when."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._seen = 0
        self._half = 0.0

    def count(self, message: bytes) -> None:
        """One more has it."""
        self._seen += 1
        if self._seen == (self._number + 1) // 2:
            self._half = time.time()
        if self._seen == self._number:
            last = time.time()
            used = time.process_time()
            told = json.loads(message)
            told["id"] = ""
            tell(half=self._half, last=last, message=told, size=len(message), cpu=used)
            self._seen = 0


def tell(**line: Any) -> None:
    """One line for who started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Crowd:
    """All of them, and what comes to them."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._tally = Tally(asked["number"])
        self._clients: dict[int, Client] = {}
        self._poll = select.epoll()
        self._poll.register(0, select.EPOLLIN)

    def open(self) -> None:
        """Subscribe all, a few at a time; who has waits for nobody with its answers to pings."""
        while (missing := self._asked["number"] - len(self._clients)) > 0:
            group = [Client(self._asked) for _ in range(min(_AT_ONCE, missing))]
            for step in (Client.initialise, Client.subscribe, Client.settle):
                for client in group:
                    step(client)
            for client in group:
                self._clients[client.socket.fileno()] = client
                self._poll.register(client.socket, select.EPOLLIN)
            self._take(0)

    def follow(self) -> None:
        """Count until standard input ends; none has had more than another then."""
        while self._take(None):
            pass
        assert len({client.events for client in self._clients.values()}) == 1

    def _take(self, seconds: float | None) -> bool:
        for number, _ in self._poll.poll(seconds):
            if number == 0:
                return False
            client = self._clients[number]
            for message in client.messages(client.socket.recv(_READ)):
                client.events += 1
                self._tally.count(message)
        return True


def main() -> None:
    """Open, say so, and count."""
    asked = json.loads(sys.stdin.readline())
    crowd = Crowd(asked)
    crowd.open()
    tell(ready=asked["number"])
    crowd.follow()


if __name__ == "__main__":
    main()
