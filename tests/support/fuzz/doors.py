"""The ways in: each sends a case and tells what came back."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import websockets
from websockets.exceptions import ConnectionClosed

from tests.support.fuzz.cases import Case
from tests.support.fuzz.wire import Wire
from tests.support.server import Api
from tests.support.sockets import PROTOCOL, init

#: How the server may close a socket (graphql-transport-ws, and 1009 of RFC 6455: too large).
CLOSINGS = frozenset({1000, 1009, 4400, 4401, 4403, 4408, 4409, 4429})
_LISTEN_SECONDS = 0.05
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Reply:
    """What came back: a status or close code, and texts that hold JSON."""

    case: Case
    status: int
    texts: tuple[str, ...]
    media_type: str = "application/json"


class Doors:
    """A client of every transport, with a socket for each principal. One case at a time."""

    def __init__(self, api: Api, tokens: dict[str, str | None]) -> None:
        self._api = api
        self._tokens = tokens
        self._wire = Wire(api.url)
        self._sockets: dict[str, Any] = {}

    async def __aenter__(self) -> "Doors":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._wire.close()
        for socket in self._sockets.values():
            await socket.close()

    async def send(self, case: Case) -> Reply:
        """Send it and wait for the answer."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            if case.door == "socket":
                return await self._by_socket(case)
            if case.door == "stream":
                return await self._by_stream(case)
            return await self._by_request(case)

    async def _by_request(self, case: Case) -> Reply:
        accept = "application/json" if case.number % 3 else "application/graphql-response+json"
        answer = await self._wire.send(self._head(case, accept), case.body.encode())
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        return Reply(case, answer.status, (answer.body.decode(),), media_type)

    async def _by_stream(self, case: Case) -> Reply:
        # An event stream does not end by itself.
        seconds = _LISTEN_SECONDS if case.kind == "subscription" else None
        head = self._head(case, "text/event-stream")
        answer = await self._wire.send(head, case.body.encode(), seconds=seconds)
        whole = answer.body.decode(errors="replace").split("\n")
        data = (line.removeprefix("data:").strip() for line in whole)
        # The last line may be cut.
        return Reply(case, answer.status, tuple(each for each in data if _is_object(each)))

    def _head(self, case: Case, accept: str) -> str:
        token = self._tokens[case.principal]
        headers = [("Accept", accept), ("Content-Type", "application/json"), *case.headers]
        if token is not None:
            headers.append(("Authorization", f"Bearer {token}"))
        lines = (f"{name}: {value}" for name, value in headers)
        return "\r\n".join((f"{case.method} {case.path} HTTP/1.1", *lines))

    async def _by_socket(self, case: Case) -> Reply:
        key = case.principal
        try:
            socket = await self._socket(key, case.principal)
            if socket is None:
                return Reply(case, 4403, ())
            message = f'{{"id": "{case.number}", "type": "subscribe", "payload": {case.body}}}'
            await socket.send(message)
            return await self._told(socket, case)
        except ConnectionClosed as closing:
            self._sockets.pop(key, None)
            return Reply(case, closing.rcvd.code if closing.rcvd else 1006, ())

    async def _told(self, socket: Any, case: Case) -> Reply:
        texts: list[str] = []
        seconds = _LISTEN_SECONDS if case.kind == "subscription" else None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    message = json.loads(await socket.recv())
                    if message.get("id") != str(case.number):
                        continue
                    if message["type"] == "complete":
                        break
                    payload = message["payload"]
                    is_error = message["type"] == "error"
                    texts.append(json.dumps({"errors": payload} if is_error else payload))
                    if is_error:
                        break
        if seconds:
            await socket.send(json.dumps({"id": str(case.number), "type": "complete"}))
        return Reply(case, 1000, tuple(texts))

    async def _socket(self, key: str, principal: str) -> Any:
        """The principal's socket, opened if need be; None if it is not let in."""
        if key not in self._sockets:
            address = self._api.url.replace("http://", "ws://") + "/graphql"
            socket = await websockets.connect(address, subprotocols=[PROTOCOL], max_size=None)
            await socket.send(json.dumps(init(self._tokens[principal])))
            try:
                await socket.recv()
            except ConnectionClosed as closing:
                if closing.rcvd and closing.rcvd.code == 4403:
                    return None
                raise
            self._sockets[key] = socket
        return self._sockets[key]


def _is_object(text: str) -> bool:
    return text.startswith("{") and text.endswith("}")
