"""Databases lent to one test after the other: emptied in between, which is cheaper than a clone."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

from tests.support.postgres import SERVER_URL, TEMPLATE, administer, dsn

# The server counts what is written to each relation, and a session's counts are in once it has
# gone: what no test touched is not looked at. Of a sequence each use counts, even by an insert
# that was refused; writing to the catalogue is changing the shape.
_TOUCHED = """
    select oid::regclass::text as name, oid < 16384 as is_shape,
        case when oid > 16383 then pg_relation_size(oid) else 0 end as size
    from pg_class
    where relkind = 'S' and pg_stat_get_blocks_fetched(oid) > 0
        or relkind = 'r'
        and (oid > 16383 or relname in (
            'pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_inherits',
            'pg_namespace', 'pg_policy', 'pg_proc', 'pg_sequence', 'pg_trigger', 'pg_type'))
        and pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid)
            + pg_stat_get_tuples_deleted(oid) > 0
"""
_ALONE = """
    select count(pg_terminate_backend(pid)) = 0 from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
_TABLES = """
    select oid::regclass::text as name from pg_class where relkind = 'r' and oid > 16383
"""
_SEQUENCES = """
    select seqrelid::regclass::text as name, seqstart as start from pg_sequence
"""
_BEFORE = ("set session_replication_role = replica",)
_AFTER = ("select pg_stat_reset()",)
#: Beyond this the next test would wade through what the one before left on disk.
_LARGEST_TABLE = 1024 * 1024
#: For sessions that were told to end; somebody may come again and again.
_PATIENCE_SECONDS = 10

_free: list[str] = []
#: What brings each relation back to what it is in the template.
_remedies: dict[str, str] = {}


@asynccontextmanager
async def lent_database() -> AsyncIterator[str]:
    """The URL of a migrated, empty database that nobody else has meanwhile."""
    server = os.environ[SERVER_URL]
    name = _free.pop() if _free else await _new(server)
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    yield url
    if await _was_emptied(url):
        _free.append(name)
    else:
        await administer(server, f'drop database "{name}" with (force)')


async def _new(server: str) -> str:
    name = f"lent_{uuid.uuid4().hex[:12]}"
    await administer(server, f'create database "{name}" template "{TEMPLATE}"')
    if not _remedies:
        connection = await asyncpg.connect(dsn(server, database=name))
        _remedies.update(await _remedies_of(connection))
        await connection.close()
    return name


async def _was_emptied(url: str) -> bool:
    """Whether the database is as new again; not if the test changed its shape or filled it."""
    try:
        # What this session writes does not count as written by a test.
        connection = await asyncpg.connect(dsn(url), server_settings={"track_counts": "off"})
    except asyncpg.PostgresError:
        return False
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await connection.fetchval(_ALONE):
                await asyncio.sleep(0.001)
        touched = await connection.fetch(_TOUCHED)
        if any(each["is_shape"] or each["size"] > _LARGEST_TABLE for each in touched):
            return False
        remedies = [_remedies[each["name"]] for each in touched]
        await connection.execute(";\n".join([*_BEFORE, *remedies, *_AFTER]))
    except TimeoutError:
        return False
    finally:
        await connection.close()
    return True


async def _remedies_of(connection: asyncpg.Connection) -> dict[str, str]:
    remedies = {}
    for table in await connection.fetch(_TABLES):
        name = table["name"]
        remedies[name] = f"delete from {name}"
        rows = await connection.fetchval(f"select json_agg(each) from {name} each")
        if rows:
            remedies[name] += (
                f";\ninsert into {name} select * from"
                f" json_populate_recordset(null::{name}, $rows${rows}$rows$)"
            )
    for sequence in await connection.fetch(_SEQUENCES):
        name, start = sequence["name"], sequence["start"]
        remedies[name] = f"select setval('{name}', {start}, false)"
    return remedies
