"""One PostgreSQL server for the whole test run, and a fresh clone of the template per test."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from domain.kernel.embedded_postgres import embedded_postgres
from migrations.migrate import migrate

SERVER_URL = "ISP_GRAPH_TEST_SERVER"
TEMPLATE = "isp_graph_template"


def start_server() -> ExitStack:
    """Start the server and build the template; workers find both by an environment variable."""
    stack = ExitStack()
    directory = Path(tempfile.mkdtemp(prefix="isp-graph-tests-"))
    stack.callback(shutil.rmtree, directory, ignore_errors=True)
    url = stack.enter_context(embedded_postgres(directory, TEMPLATE))
    asyncio.run(_prepare(url))
    os.environ[SERVER_URL] = url
    return stack


async def _prepare(url: str) -> None:
    connection = await asyncpg.connect(dsn(url))
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        await connection.execute(f"alter system set {setting}")
    await connection.execute("select pg_reload_conf()")
    await connection.close()
    await migrate(url)


@asynccontextmanager
async def cloned_database(template: str = TEMPLATE) -> AsyncIterator[str]:
    """The URL of a new database cloned from the template, dropped afterwards."""
    server = os.environ[SERVER_URL]
    name = f"test_{uuid.uuid4().hex[:12]}"
    await administer(server, f'create database "{name}" template "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await administer(server, f'drop database "{name}" with (force)')


async def shut(database_url: str) -> None:
    """Throw everybody out of the database and let nobody in again, as if it were down."""
    name = make_url(database_url).database
    server = os.environ[SERVER_URL]
    await administer(server, f'alter database "{name}" allow_connections false')
    await administer(
        server, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    )


@asynccontextmanager
async def drop_all_connections(url: str) -> AsyncIterator[None]:
    """Cut every connection to the database, and let nobody in while the block runs."""
    server, name = os.environ[SERVER_URL], make_url(url).database
    await administer(server, f'alter database "{name}" with allow_connections false')
    await administer(
        server, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    )
    gone = f"select 1 / (count(*) = 0)::int from pg_stat_activity where datname = '{name}'"
    async with asyncio.timeout(60):
        while not await _succeeds(server, gone):
            await asyncio.sleep(0.02)
    try:
        yield
    finally:
        await administer(server, f'alter database "{name}" with allow_connections true')


async def _succeeds(server: str, statement: str) -> bool:
    try:
        await administer(server, statement)
    except asyncpg.DivisionByZeroError:
        return False
    return True


async def administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn(server, database="postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def dsn(url: str, *, database: str | None = None) -> str:
    parsed = make_url(url).set(drivername="postgresql")
    if database is not None:
        parsed = parsed.set(database=database)
    return parsed.render_as_string(hide_password=False)
