"""The tenants' role: one for the whole cluster, made by whoever migrates first and may."""

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from migrations.migrate import migrate
from migrations.row_security import CREATE_ROLE, JOIN_ROLE, ROLE
from tests.support import postgres

OWNER = f"owner_{os.getpid()}"


@pytest.fixture
async def owner() -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody who may not create roles, and is in none."""
    server = os.environ[postgres.SERVER_URL]
    await postgres.administer(server, f"create role {OWNER} login")
    url = make_url(server).set(username=OWNER).render_as_string(hide_password=False)
    connection = await asyncpg.connect(postgres.dsn(url, database="postgres"))
    yield connection
    await connection.close()
    await postgres.administer(server, f"drop database if exists {OWNER} with (force)")
    await postgres.administer(server, f"drop role {OWNER}")


async def test_who_may_not_create_roles_is_told_what_to_ask_for(owner):
    with pytest.raises(asyncpg.RaiseError) as refused:
        await owner.execute(CREATE_ROLE.replace(ROLE, "nobody_made_it"))

    assert refused.value.args[0] == f"nobody_made_it: {OWNER} may not create roles"
    assert refused.value.hint == (
        f"as an administrator: create role nobody_made_it nologin; grant nobody_made_it to {OWNER};"
    )


async def test_who_may_not_join_the_role_is_told_what_to_ask_for(owner):
    await owner.execute(CREATE_ROLE)

    with pytest.raises(asyncpg.RaiseError) as refused:
        await owner.execute(JOIN_ROLE)

    assert refused.value.args[0] == f"{OWNER} may not act as {ROLE}"
    assert refused.value.hint == f"as an administrator: grant {ROLE} to {OWNER};"


async def test_who_was_given_the_role_goes_on_and_may_act_as_it(owner):
    await postgres.administer(os.environ[postgres.SERVER_URL], f"grant {ROLE} to {OWNER}")

    await owner.execute(CREATE_ROLE)
    await owner.execute(JOIN_ROLE)

    async with owner.transaction():
        await owner.execute(f"select set_config('role', '{ROLE}', true)")
        assert await owner.fetchval("select current_user") == ROLE
    assert await owner.fetchval("select current_user") == OWNER


async def test_a_database_s_owner_without_any_other_right_can_migrate_it(owner):
    server = os.environ[postgres.SERVER_URL]
    await postgres.administer(server, f"grant {ROLE} to {OWNER}")
    await postgres.administer(server, f"create database {OWNER} owner {OWNER}")
    url = make_url(server).set(username=OWNER, database=OWNER, drivername="postgresql+asyncpg")

    await migrate(url.render_as_string(hide_password=False))

    migrated = await asyncpg.connect(postgres.dsn(url.render_as_string(hide_password=False)))
    assert await migrated.fetchval("select kernel.prune_audit(gen_random_uuid(), 1)") == 0
    await migrated.close()


async def test_databases_of_a_cluster_that_migrate_at_once_make_one_role():
    server, role = os.environ[postgres.SERVER_URL], f"made_{os.getpid()}"
    statement = CREATE_ROLE.replace(ROLE, role)

    await asyncio.gather(*(postgres.administer(server, statement) for _ in range(8)))

    await postgres.administer(server, f"drop role {role}")
