"""Connections as bytes: what a client that speaks its own HTTP sends, and all that comes back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.support.server import Api


@dataclass(frozen=True)
class Reply:
    """One HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of its one error."""
        [error] = json.loads(self.body)["errors"]
        code: str = error["extensions"]["code"]
        return code


class Wire:
    """A TCP connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *parts: bytes, every: float = 0) -> None:
        """Send the parts, so many seconds apart, as long as the connection stands."""
        with suppress(ConnectionError):
            for part in parts:
                self._writer.write(part)
                await self._writer.drain()
                await asyncio.sleep(every)

    async def reply(self) -> Reply:
        """The next response, which must have a length."""
        async with asyncio.timeout(60):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *lines = head.rstrip().split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines)
            body = await self._reader.readexactly(int(fields.get("content-length", 0)))
        return Reply(int(status.split()[1]), fields, body)

    async def rest(self) -> bytes:
        """Everything up to the end of the connection, which the server brings about."""
        read = b""
        async with asyncio.timeout(30):
            with suppress(ConnectionError):
                while chunk := await self._reader.read(65_536):
                    read += chunk
        return read

    def abort(self) -> None:
        """Be gone, without a word."""
        self._writer.transport.abort()


@asynccontextmanager
async def wired(api: Api, *, receive_buffer: int | None = None) -> AsyncIterator[Wire]:
    """A connection on which nothing has been said; its client can hold so many bytes unread."""
    address = urlsplit(api.url)
    connection = socket.socket()
    if receive_buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


def posted(api: Api, body: Any, *fields: str, token: str | None = "admin") -> bytes:
    """A whole POST to /graphql with further header fields."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    token = api.token() if token == "admin" else token
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(sent)}",
        *([f"Authorization: Bearer {token}"] if token else []),
        *fields,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + sent
