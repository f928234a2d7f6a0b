"""Real brokers of the test's own, and a network in front of them that can go dead."""

import asyncio
import datetime
import ipaddress
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from tests.support.postgres import drop_all_connections
from tests.support.process import free_port

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class RedisServer:
    """A redis-server process on a free port; stopped, it can be started there again."""

    def __init__(self, folder: Path, *, password: str = "", has_tls: bool = False) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed"
        self._program = program
        self._folder = folder
        self.port = free_port()
        self._password = password
        self._certificate = self_signed(folder) if has_tls else None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        credentials = f":{quote(self._password)}@" if self._password else ""
        if self._certificate:
            return f"rediss://{credentials}127.0.0.1:{self.port}?ssl_ca_certs={self._certificate}"
        return f"redis://{credentials}127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "dir": self._folder}
        if self._password:
            options["requirepass"] = self._password
        if self._certificate:
            options |= {"port": "0", "tls-port": str(self.port), "tls-auth-clients": "no"}
            options |= {"tls-cert-file": self._certificate, "tls-key-file": self._certificate}
        arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        self._process = await asyncio.create_subprocess_exec(
            self._program, *arguments, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(60):
            while not await self._answers():
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It runs during the block, unless it is stopped there."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Kill it, as a crash would."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True


class Network:
    """A TCP port in front of a server; while it is dead it takes connections and passes nothing."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._alive = asyncio.Event()
        self._alive.set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0

    def die(self) -> None:
        """Nobody is told anything any more, not even that nobody is told."""
        self._alive.clear()

    def revive(self) -> None:
        self._alive.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._connect()
        for source, target in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while octets := await source.read(65536):
                await self._alive.wait()
                target.write(octets)
        except OSError:
            pass
        finally:
            target.close()


class Broker(Protocol):
    """What the tests do to a broker, whichever it is."""

    url: str

    def url_through(self, port: int) -> str:
        """The broker's URL, but for the address."""

    async def reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raw connection to its server."""

    async def cut(self, purpose: str) -> None:
        """End the connections that ``listen`` or ``publish``."""

    def down(self) -> AbstractAsyncContextManager[None]:
        """Nobody is connected, and nobody can connect, while the block runs."""


class RedisBroker:
    """Redis as a broker."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.url = server.url

    def url_through(self, port: int) -> str:
        return f"redis://127.0.0.1:{port}"

    async def reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._server.port)

    async def cut(self, purpose: str) -> None:
        kind = {"listen": "pubsub", "publish": "normal"}[purpose]
        async with Redis.from_url(self.url) as client:
            await client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        await self._server.stop()
        yield
        await self._server.start()


class PostgresBroker:
    """PostgreSQL as a broker."""

    def __init__(self, database_url: str) -> None:
        self.url = database_url
        parsed = make_url(database_url)
        self._socket = f"{parsed.query['host']}/.s.PGSQL.5432"
        self._name = parsed.database

    def url_through(self, port: int) -> str:
        return f"postgresql://postgres@127.0.0.1:{port}/{self._name}"

    async def reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self._socket)

    async def cut(self, purpose: str) -> None:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and application_name = $1",
            f"isp-graph wake-ups {purpose}",
        )
        await connection.close()

    def down(self) -> AbstractAsyncContextManager[None]:
        return drop_all_connections(self.url)


def self_signed(folder: Path) -> Path:
    """A PEM file with a new key and its own certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    path = folder / "broker.pem"
    path.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(encoding)
    )
    return path
