"""Whose a stream of events is: its owner takes its numbers, and nobody else sees them."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from domain.kernel.access import ANONYMOUS, SYSTEM
from tests.support import postgres
from tests.support.row_security import TwoTenants, two_tenants, written

#: What ``append`` does.
_TAKE = """
    insert into kernel.event_streams (stream, seq) values ('{stream}', 1)
    on conflict (stream) do update set seq = event_streams.seq + 1 returning seq
"""
_TELL = """
    insert into kernel.events
        (event_id, type, spec_version, stream, seq, actor, transaction_id, data)
    values (gen_random_uuid(), 'x', 1, '{stream}', 1, 'x', gen_random_uuid(), '{{}}')
"""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def tenants() -> AsyncIterator[TwoTenants]:
    async with postgres.cloned_database() as url, two_tenants(url) as tenants:
        yield tenants


def streams_of(tenants: TwoTenants, owner: str) -> list[str]:
    """Those that tenants write: the customer's is its reseller's too."""
    estate = tenants.estates[owner]
    endpoint = f"webhook:{estate['WebhookEndpoint']}"
    return [f"customer:{estate['Customer']}", endpoint, f"consumer:{endpoint}"]


class TestOwnStreams:
    async def test_are_counted_on(self, tenants):
        for stream in streams_of(tenants, "ours"):
            assert await written(tenants, tenants.reseller("ours"), _TAKE.format(stream=stream))

        [own, *_] = streams_of(tenants, "ours")
        assert await written(tenants, tenants.customer("ours"), _TAKE.format(stream=own))

    async def test_are_all_that_is_listed(self, tenants):
        for stream in streams_of(tenants, "ours"):
            await written(tenants, SYSTEM, _TAKE.format(stream=stream))
        listed = {}
        for actor in (tenants.reseller("ours"), tenants.customer("ours"), ANONYMOUS):
            async with tenants.database.reading_as(actor) as connection:
                found = await connection.scalars(text("select stream from kernel.event_streams"))
                listed[actor.role] = {*found}

        own = streams_of(tenants, "ours")
        assert [*listed.values()] == [{*own}, {own[0]}, set()]

    async def test_are_never_counted_back_by_whoever(self, tenants):
        for actor in (*tenants.actors("ours"), SYSTEM):
            with pytest.raises(DBAPIError, match="only rises"):
                await written(tenants, actor, "update kernel.event_streams set seq = 0")


class TestForeignStreams:
    async def test_are_neither_counted_on_nor_begun(self, tenants):
        strange = [
            "plan:1",
            "account:1",
            "customer:0",
            "customer:x",
            "customer:9999999999",
            "webhook",
        ]
        for actor in (*tenants.actors("ours"), ANONYMOUS):
            for stream in [*streams_of(tenants, "theirs"), *strange]:
                with pytest.raises(ProgrammingError, match="violates row-level security"):
                    await written(tenants, actor, _TAKE.format(stream=stream))

    async def test_get_no_event_though_it_names_nobody(self, tenants):
        for stream in [*streams_of(tenants, "theirs"), "account:1"]:
            with pytest.raises(ProgrammingError, match="violates row-level security"):
                await written(tenants, tenants.reseller("ours"), _TELL.format(stream=stream))

        [_, _, own] = streams_of(tenants, "ours")
        assert await written(tenants, tenants.reseller("ours"), _TELL.format(stream=own)) == 1
