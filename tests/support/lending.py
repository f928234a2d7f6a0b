"""Databases lent to one test after the other: emptied in between, which is cheaper than a clone."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url

from tests.support.postgres import SERVER_URL, TEMPLATE, administer, dsn

# Tables, their columns, constraints and triggers; partitions come and go, so they count too.
_SHAPE = """
    select array[
        (select sum(hashtext(relname)::bigint + ascii(relkind::text)) from pg_class
            where relnamespace > 16383),
        (select sum(attnum * hashtext(attname)::bigint) from pg_attribute where attrelid > 16383),
        (select sum(hashtext(conname)::bigint) from pg_constraint where oid > 16383),
        (select sum(hashtext(tgname)::bigint) from pg_trigger
            where oid > 16383 and not tgisinternal)
    ]
"""
_TABLES = """
    select oid::regclass::text as name from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace > 16383
"""
_SEQUENCES = """
    select seqrelid::regclass::text as name, seqstart as start from pg_sequence
"""
#: Beyond this the next test would wade through what the one before left on disk.
_LARGEST_GROWTH = 8 * 1024 * 1024


@dataclass(frozen=True)
class _Pristine:
    """What the template holds, and the statements that bring a database back to it."""

    shape: list[int]
    size: int
    emptying: str


_free: list[str] = []
_pristine: list[_Pristine] = []


@asynccontextmanager
async def lent_database() -> AsyncIterator[str]:
    """The URL of a migrated, empty database that nobody else has meanwhile."""
    server = os.environ[SERVER_URL]
    name = _free.pop() if _free else await _new(server)
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    yield url
    if await _was_emptied(url, name):
        _free.append(name)
    else:
        await administer(server, f'drop database "{name}" with (force)')


async def _new(server: str) -> str:
    name = f"lent_{uuid.uuid4().hex[:12]}"
    await administer(server, f'create database "{name}" template "{TEMPLATE}"')
    if not _pristine:
        connection = await asyncpg.connect(dsn(server, database=name))
        _pristine.append(await _look_at(connection))
        await connection.close()
    return name


async def _was_emptied(url: str, name: str) -> bool:
    """Whether the database is as new again; not if the test changed its shape or filled it."""
    [pristine] = _pristine
    try:
        connection = await asyncpg.connect(dsn(url))
    except asyncpg.PostgresError:
        return False
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        if await connection.fetchval(_SHAPE) != pristine.shape:
            return False
        if await _size(connection) > pristine.size + _LARGEST_GROWTH:
            return False
        await connection.execute(pristine.emptying)
    finally:
        await connection.close()
    return True


async def _look_at(connection: asyncpg.Connection) -> _Pristine:
    tables = [row["name"] for row in await connection.fetch(_TABLES)]
    statements = ["set session_replication_role = replica"]
    statements += [f"delete from {table}" for table in tables]
    for table in tables:
        rows = await connection.fetchval(f"select json_agg(each) from {table} each")
        if rows:
            statements.append(
                f"insert into {table} select * from"
                f" json_populate_recordset(null::{table}, $rows${rows}$rows$)"
            )
    for row in await connection.fetch(_SEQUENCES):
        statements.append(f"select setval('{row['name']}', {row['start']}, false)")
    return _Pristine(
        shape=await connection.fetchval(_SHAPE),
        size=await _size(connection),
        emptying=";\n".join(statements),
    )


async def _size(connection: asyncpg.Connection) -> int:
    size: int = await connection.fetchval("select pg_database_size(current_database())")
    return size
