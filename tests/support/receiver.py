"""A server that webhooks are sent to: real TLS on loopback, and answers as a test has them."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from tests.support.waiting import eventually

#: A name that is on the certificate and in no DNS.
NAME = "hooks.example.test"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK"


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """An HTTP response with this status."""
    lines = [f"HTTP/1.1 {status} Told", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@cache
def certificate() -> Path:
    """Key and self-signed certificate of ``localhost`` and ``NAME`` in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName(NAME)]
    names.append(x509.IPAddress(ip_address("127.0.0.1")))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = Path(mkdtemp(prefix="isp-graph-tls-")) / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def trusting() -> ssl.SSLContext:
    """A client's context that trusts the receiver."""
    return ssl.create_default_context(cafile=certificate())


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return orjson.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, if the specification's own library accepts the signature."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """
    What came, in order. ``answers`` are given one by one, then ``usual`` for ever.

    ``hold`` keeps every answer back until ``release`` is set.
    """

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    usual: bytes = OK
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.release.set()

    def url(self, path: str = "/hook", *, host: str = "localhost", scheme: str = "https") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def got(self, count: int) -> list[Received]:
        """The requests, once there are so many."""
        await eventually(lambda: len(self.requests) >= count)
        return self.requests

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await _read(reader))
                await self.release.wait()
                writer.write(self.answers.pop(0) if self.answers else self.usual)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {
        name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers["content-length"]))
    return Received(head[0].split()[1], headers, body)


@asynccontextmanager
async def receiving(
    *answers: bytes, host: str = "127.0.0.1", port: int = 0, has_tls: bool = True
) -> AsyncIterator[Receiver]:
    """A receiver on a loopback port, with the certificate of ``localhost``."""
    receiver = Receiver(answers=list(answers))
    tls = None
    if has_tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate())
    running: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.ensure_future(receiver.serve(reader, writer)))

    server = await asyncio.start_server(accepted, host, port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
