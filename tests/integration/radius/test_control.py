"""Asking for a session's end, and the list of network access servers."""

from ipaddress import ip_address

import pytest

from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.radius.errors import NasTaken, SessionEnded, SessionNotFound
from domain.radius.models import SessionState
from domain.radius.queries import nas_list
from domain.radius.services import RadiusService
from tests.support.events import announced
from tests.support.radius import (
    a_start,
    a_stop,
    accounted,
    an_interim,
    created_session,
    created_subscriber,
    minutes_ago,
    registered_nas,
    the_session,
)

SUPPORT = access.staff(Role.SUPPORT, "staff:1")
EVENT = "radius.session.disconnect_requested"


async def disconnected(database, session_id, reason="abuse", *, actor=SUPPORT):
    async with database.unit_of_work(actor) as session:
        return await RadiusService().disconnect_session(session, session_id, reason)


class TestDisconnectSession:
    async def test_marks_the_request_and_announces_it(self, database):
        customer_id = await created_subscriber(database)
        session_id = await created_session(database, username="ada", acct_unique_session_id="s-1")

        await disconnected(database, session_id)

        session = await the_session(database)
        assert session.state is SessionState.DISCONNECT_REQUESTED
        assert session.stopped_at is None
        assert session.disconnect_reason == "abuse"
        assert await announced(database, EVENT) == [
            (
                EVENT,
                {
                    "customer_id": customer_id,
                    "session_id": session_id,
                    "nas_ip_address": "192.0.2.10",
                    "reason": "abuse",
                },
            )
        ]

    async def test_asking_again_is_a_no_op(self, database):
        await created_subscriber(database)
        session_id = await created_session(database, username="ada")
        await disconnected(database, session_id)

        again = await disconnected(database, session_id, "once more")

        assert again.disconnect_reason == "abuse"
        assert len(await announced(database, EVENT)) == 1

    async def test_the_session_stays_requested_until_its_nas_reports_the_stop(self, database):
        await created_subscriber(database)
        (outcome,) = await accounted(database, a_start(event_at=minutes_ago(9)))
        await disconnected(database, outcome.session.id)

        await accounted(database, an_interim(1, 2, event_at=minutes_ago(0)))
        between = (await the_session(database)).state
        await accounted(database, a_stop(1, 2, terminate_cause="Admin-Reset"))

        assert between is SessionState.DISCONNECT_REQUESTED
        assert (await the_session(database)).state is SessionState.STOPPED

    async def test_refuses_a_session_that_has_ended(self, database):
        await created_subscriber(database)
        (outcome,) = await accounted(database, a_stop(1, 2))

        with pytest.raises(SessionEnded):
            await disconnected(database, outcome.session.id)

        assert await announced(database, EVENT) == []

    async def test_does_not_find_what_is_not_there(self, database):
        with pytest.raises(SessionNotFound):
            await disconnected(database, 1)

    async def test_needs_a_reason(self, database):
        await created_subscriber(database)
        session_id = await created_session(database, username="ada")

        with pytest.raises(Invalid) as failure:
            await disconnected(database, session_id, " ")

        assert failure.value.path == ("reason",)

    async def test_reaches_the_session_of_a_customer_deleted_since(self, database):
        customer_id = await created_subscriber(database, state=None)
        session_id = await created_session(database, username="ada")
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        marked = await disconnected(database, session_id)

        assert marked.state is SessionState.DISCONNECT_REQUESTED

    @pytest.mark.parametrize(
        "actor",
        [access.staff(Role.BILLING, "staff:2"), access.reseller(1, [1]), access.customer(1)],
    )
    async def test_is_for_those_who_control_the_network(self, database, actor):
        await created_subscriber(database)
        session_id = await created_session(database, username="ada", acct_unique_session_id="s-1")

        with pytest.raises(AccessDenied, match="You may not disconnect sessions"):
            await disconnected(database, session_id, actor=actor)

        assert (await the_session(database)).state is SessionState.ACTIVE


class TestNas:
    async def test_is_listed_by_name_for_staff(self, database):
        await registered_nas(database, name="bras-b", address=ip_address("2001:db8::1"))
        await registered_nas(database, name="bras-a")

        async with database.reading() as connection:
            listed = await nas_list(connection, SUPPORT)

        assert [nas.name for nas in listed] == ["bras-a", "bras-b"]
        assert str(listed[1].address) == "2001:db8::1"

    @pytest.mark.parametrize("field", ["name", "address"])
    async def test_name_and_address_are_its_own(self, database, field):
        facts = {"name": "bras-1", "address": ip_address("192.0.2.10")}
        await registered_nas(database, **facts)

        with pytest.raises(NasTaken) as failure:
            await registered_nas(database, **{field: facts[field]})

        assert failure.value.path == (field,)

    @pytest.mark.parametrize(
        "actor",
        [
            access.customer(1),
            access.reseller(1, [1]),
            access.service("account", [Permission.RADIUS_ACCOUNT]),
        ],
    )
    async def test_is_nobody_elses_to_see(self, database, actor):
        with pytest.raises(AccessDenied):
            async with database.reading() as connection:
                await nas_list(connection, actor)
