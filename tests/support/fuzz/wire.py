"""HTTP/1.1 by hand: one connection, any octets, and little work on this side of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_MOST_HEADER_OCTETS = 2**20


@dataclass(frozen=True)
class Response:
    """What came back; the body of a stream is what came of it until it was left."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """A connection to a server, opened anew whenever the server has closed it."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, head: str, body: bytes = b"", *, seconds: float | None = None) -> Response:
        """
        The response to a request line and headers with this body.

        ``seconds`` is how long a body that goes on and on is listened to.
        """
        length = f"Host: {self._host}\r\nContent-Length: {len(body)}\r\n\r\n"
        octets = f"{head}\r\n{length}".encode("latin-1") + body
        try:
            return await self._exchange(octets, seconds)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server may close a connection that is idle, just when it is used again.
            await self.close()
            return await self._exchange(octets, seconds)

    async def close(self) -> None:
        """Leave the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, octets: bytes, seconds: float | None) -> Response:
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                self._host, self._port, limit=_MOST_HEADER_OCTETS
            )
        reader, writer = self._streams
        writer.write(octets)
        status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await self._body(reader, headers, seconds)
        if headers.get("connection") == "close":
            await self.close()
        return Response(int(status_line.split(" ")[1]), headers, body)

    async def _body(
        self, reader: asyncio.StreamReader, headers: Mapping[str, str], seconds: float | None
    ) -> bytes:
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        chunks: list[bytes] = []
        if headers.get("transfer-encoding") != "chunked":
            return b""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for chunk in _chunks(reader):
                    chunks.append(chunk)  # noqa: PERF401 (what came before the time is up counts)
                return b"".join(chunks)
        await self.close()
        return b"".join(chunks)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
