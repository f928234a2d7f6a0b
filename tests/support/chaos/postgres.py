"""A PostgreSQL server of a storm's own, which can crash and come back with what was committed."""

import asyncio
import contextlib
import getpass
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from domain.kernel.embedded_postgres import embedded_postgres
from migrations.migrate import migrate

#: A crash of the server, not of the machine, is what it must survive: what is written is safe.
_SETTINGS = ("fsync = off", "full_page_writes = off", "synchronous_commit = on")


class Postgres:
    """A running server on a Unix socket with one migrated database, ``url``."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self._restarts = directory / "restarts"
        self._postmaster = psutil.Process(_pid(directory))
        self._command = self._postmaster.cmdline()
        self._owner = self._postmaster.username()
        self._child: asyncio.subprocess.Process | None = None

    async def crash(self) -> None:
        """Stop at once, as ``pg_ctl stop -m immediate``: every backend ends where it is."""
        self._postmaster.send_signal(signal.SIGQUIT)
        await self._gone()

    async def start(self) -> None:
        """
        Start it as it was started before, and wait until it takes connections.

        It ends again while something of the one before holds its memory: then it is started anew.
        """
        try:
            async with asyncio.timeout(60):
                await self._launch()
                while not await self._answers():
                    if self._child is not None and self._child.returncode is not None:
                        await self._launch()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            told = self._restarts.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"PostgreSQL did not come back: {told}") from None

    async def _launch(self) -> None:
        user = None if self._owner == getpass.getuser() else self._owner
        with self._restarts.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, user=user, stdout=log, stderr=log, start_new_session=True
            )
        self._postmaster = psutil.Process(self._child.pid)

    async def stop(self) -> None:
        """End it for good, if it still runs."""
        if self._runs():
            self._postmaster.send_signal(signal.SIGINT)
        await self._gone()

    async def connect(self) -> asyncpg.Connection:
        """A connection of the tester's own."""
        url = make_url(self.url).set(drivername="postgresql")
        return await asyncpg.connect(url.render_as_string(hide_password=False))

    async def _answers(self) -> bool:
        try:
            connection = await self.connect()
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    async def _gone(self) -> None:
        async with asyncio.timeout(30):
            if self._child is not None:
                await self._child.wait()
            while self._runs():
                await asyncio.sleep(0.02)

    def _runs(self) -> bool:
        try:
            return self._postmaster.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@contextlib.asynccontextmanager
async def postgres(directory: Path) -> AsyncIterator[Postgres]:
    """A server in the directory for the length of the block."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(embedded_postgres(directory, "storm"))
        server = Postgres(url, directory / "postgres")
        connection = await server.connect()
        for setting in _SETTINGS:
            await connection.execute(f"alter system set {setting}")
        await connection.execute("select pg_reload_conf()")
        await connection.close()
        await migrate(url)
        try:
            yield server
        finally:
            await server.stop()


def _pid(directory: Path) -> int:
    return int((directory / "postmaster.pid").read_text().split()[0])
