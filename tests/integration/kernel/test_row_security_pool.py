"""Nothing of a tenant's is left on a connection, however its transaction ended."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.kernel.access import SYSTEM
from migrations.row_security import ROLE
from tests.support import postgres
from tests.support.row_security import TwoTenants, customers_seen, two_tenants, written

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def tenants() -> AsyncIterator[TwoTenants]:
    async with postgres.cloned_database() as url, two_tenants(url) as tenants:
        yield tenants


class TestPoolOfOne:
    async def test_two_tenants_in_turn_see_their_own(self, tenants):
        for _ in range(3):
            for owner in ("ours", "theirs"):
                for actor in tenants.actors(owner):
                    seen = await customers_seen(tenants, actor)
                    assert tenants.estates[owner]["Customer"] in seen
                    assert not seen & {
                        estate["Customer"]
                        for name, estate in tenants.estates.items()
                        if name != owner
                    }
        await self.nothing_is_left(tenants)

    async def nothing_is_left(self, tenants):
        """Of any tenant, on the pool's connection."""
        left = text(
            "select current_user, current_setting('isp_graph.customer_id', true),"
            " current_setting('isp_graph.reseller_ids', true)"
        )
        async with tenants.database.reading() as connection:
            user, *settings = (await connection.execute(left)).one()
        assert user != ROLE
        assert {*settings} <= {"", None}

    async def test_nothing_is_left_after_an_exception(self, tenants):
        with pytest.raises(DBAPIError):
            async with tenants.database.reading_as(tenants.customer("ours")) as connection:
                await connection.execute(text("select 1 / 0"))
        with pytest.raises(DBAPIError):
            await written(tenants, tenants.customer("ours"), "select 1 / 0")

        await self.nothing_is_left(tenants)

    @pytest.mark.parametrize("asleep", ["in the database", "here"])
    async def test_nothing_is_left_after_a_cancelled_task(self, tenants, asleep):
        for door in (tenants.database.reading_as, tenants.database.unit_of_work):
            begun = asyncio.Event()

            async def work(door=door, begun=begun):
                async with door(tenants.customer("ours")) as connection:
                    await connection.execute(text("select 1"))
                    begun.set()
                    if asleep == "here":
                        await asyncio.sleep(30)
                    await connection.execute(text("select pg_sleep(30)"))

            task = asyncio.create_task(work())
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            await self.nothing_is_left(tenants)

    async def test_a_connection_that_was_cut_is_replaced(self, tenants):
        cut = text("select pg_terminate_backend(pg_backend_pid())")
        for _ in range(2):
            with pytest.raises(DBAPIError):
                async with tenants.database.reading_as(SYSTEM) as connection:
                    await connection.execute(cut)

            assert len(await customers_seen(tenants, tenants.customer("ours"))) == 1

    async def test_a_lost_scope_is_never_taken_for_none(self, tenants):
        """A transaction of the role's that nobody gave settings sees nothing."""
        async with tenants.database.engine.connect() as connection:
            await connection.execute(text(f"set local role {ROLE}"))
            assert await connection.scalar(text("select count(*) from customer.customers")) == 0


def test_no_setting_outlives_its_transaction():
    sources = [
        path
        for package in ("domain", "graph", "resolvers", "subscriptions")
        for path in (ROOT / package).rglob("*.py")
    ]
    session_level = re.compile(
        r"set_config\([^()]*,\s*false\)|[\"']\s*set\s+(?!local\b)(session|role|isp_graph)", re.I
    )

    assert [path.name for path in sources if session_level.search(path.read_text())] == []
    assert len(sources) > 200
