"""RadiusService.record_accounting on PostgreSQL: rows, usage, events and refusals."""

import asyncio
from datetime import timedelta
from ipaddress import ip_address
from random import Random

import pytest
from sqlalchemy import func, select

from domain.customer.models import SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.radius.models import (
    AcctStatusType,
    RadiusSession,
    SessionState,
    UnclaimedAccounting,
)
from domain.radius.recording import AccountingOutcome
from domain.radius.services import RadiusService
from domain.tariff.models import UsageSource
from domain.tariff.queries import usage_summaries
from domain.tariff.usage_models import UsageRecord
from tests.support.events import announced
from tests.support.radius import (
    a_record,
    a_start,
    a_stop,
    accounted,
    an_interim,
    created_session,
    created_subscriber,
    minutes_ago,
    the_session,
)

AAA = access.service("aaa", [Permission.RADIUS_ACCOUNT])
RECORDED, UNCHANGED, UNCLAIMED = AccountingOutcome


async def usage(database, customer_id):
    async with database.reading() as connection:
        summary = (await usage_summaries(connection, SYSTEM, [customer_id]))[customer_id]
    return summary.uploaded_octets, summary.downloaded_octets


async def rows(database, model):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(model))).scalar_one()


def types(events):
    return [kind for kind, _ in events]


class TestASession:
    async def test_starts_grows_and_stops(self, database):
        customer_id = await created_subscriber(database)
        began = minutes_ago(30)

        await accounted(
            database,
            a_start(
                event_at=began,
                framed_ip_address=ip_address("100.64.7.9"),
                calling_station_id="AA:BB:CC:DD:EE:01",
            ),
            an_interim(100, 1_000, 600, event_at=began + timedelta(seconds=600)),
            a_stop(250, 4_000, 900, event_at=began + timedelta(seconds=900)),
        )

        session = await the_session(database)
        assert session.customer_id == customer_id
        assert session.state is SessionState.STOPPED
        assert (session.input_octets, session.output_octets) == (250, 4_000)
        assert session.session_time_seconds == 900
        assert session.started_at == began
        assert session.stopped_at == began + timedelta(seconds=900)
        assert session.terminate_cause == "User-Request"
        assert str(session.framed_ip_address) == "100.64.7.9"
        assert session.calling_station_id == "AA:BB:CC:DD:EE:01"
        assert await usage(database, customer_id) == (250, 4_000)

    async def test_announces_its_start_and_its_end_once(self, database):
        customer_id = await created_subscriber(database)
        began = minutes_ago(30)
        await accounted(
            database,
            a_start(event_at=began),
            a_start(event_at=began),
            a_stop(7, 9, 60, event_at=began + timedelta(seconds=60)),
            a_stop(7, 9, 60, event_at=began + timedelta(seconds=60)),
        )

        started, stopped = await announced(database, "radius.")

        session_id = (await the_session(database)).id
        assert started == (
            "radius.session.started",
            {
                "customer_id": customer_id,
                "session_id": session_id,
                "nas_ip_address": "192.0.2.10",
                "started_at": began.isoformat().replace("+00:00", "Z"),
            },
        )
        assert stopped[0] == "radius.session.stopped"
        assert stopped[1]["uploaded_octets"] == 7
        assert stopped[1]["downloaded_octets"] == 9
        assert stopped[1]["state"] == "STOPPED"
        assert stopped[1]["terminate_cause"] == "User-Request"

    async def test_counts_past_32_bit_by_gigawords(self, database):
        customer_id = await created_subscriber(database)

        await accounted(
            database,
            a_record(
                AcctStatusType.INTERIM_UPDATE,
                input_octets=5,
                input_gigawords=2,
                output_octets=4_294_967_295,
                output_gigawords=17,
            ),
        )

        assert await usage(database, customer_id) == (2 * 2**32 + 5, 18 * 2**32 - 1)

    async def test_a_repeated_record_changes_nothing(self, database):
        customer_id = await created_subscriber(database)
        interim = an_interim(100, 1_000, event_at=minutes_ago(5))
        await accounted(database, interim)
        events = await announced(database)

        (again,) = await accounted(database, interim)

        assert again.outcome is UNCHANGED
        assert await usage(database, customer_id) == (100, 1_000)
        assert await announced(database) == events

    async def test_a_late_interim_changes_no_total(self, database):
        customer_id = await created_subscriber(database)

        outcomes = await accounted(
            database,
            an_interim(500, 5_000, 600, event_at=minutes_ago(10)),
            an_interim(100, 1_000, 300, event_at=minutes_ago(15)),
        )

        assert [outcome.outcome for outcome in outcomes] == [RECORDED, UNCHANGED]
        assert await usage(database, customer_id) == (500, 5_000)

    async def test_a_stop_without_a_start_makes_the_session(self, database):
        customer_id = await created_subscriber(database)
        ended = minutes_ago(5)

        await accounted(database, a_stop(10, 20, 600, event_at=ended))

        session = await the_session(database)
        assert session.state is SessionState.STOPPED
        assert session.started_at == ended - timedelta(seconds=600)
        assert await usage(database, customer_id) == (10, 20)
        assert types(await announced(database, "radius.")) == ["radius.session.stopped"]

    async def test_a_start_after_the_stop_is_ignored(self, database):
        await created_subscriber(database)
        ended = minutes_ago(5)

        outcomes = await accounted(
            database,
            a_stop(10, 20, 600, event_at=ended),
            a_start(event_at=ended - timedelta(seconds=600)),
        )

        assert outcomes[1].outcome is UNCHANGED
        assert (await the_session(database)).state is SessionState.STOPPED
        assert types(await announced(database, "radius.")) == ["radius.session.stopped"]

    async def test_an_interim_after_the_stop_does_not_reopen_but_its_octets_count(self, database):
        customer_id = await created_subscriber(database)

        await accounted(
            database,
            a_stop(10, 20, 600, event_at=minutes_ago(5)),
            an_interim(11, 20, 601, event_at=minutes_ago(4)),
        )

        assert (await the_session(database)).state is SessionState.STOPPED
        assert await usage(database, customer_id) == (11, 20)

    async def test_belongs_to_its_customer_whatever_name_later_records_bear(self, database):
        ada = await created_subscriber(database)
        bob = await created_subscriber(database, username="bob")

        await accounted(database, a_start(), an_interim(1, 2, username="bob"))

        assert (await the_session(database)).customer_id == ada
        assert await usage(database, bob) == (0, 0)

    async def test_of_a_customer_deleted_meanwhile_is_closed_without_usage(self, database):
        customer_id = await created_subscriber(database, state=SubscriptionState.PENDING_PAYMENT)
        await accounted(database, a_start(event_at=minutes_ago(5)))
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        (outcome,) = await accounted(database, a_stop(10, 20))

        assert outcome.outcome is RECORDED
        assert (await the_session(database)).state is SessionState.STOPPED
        assert await rows(database, UsageRecord) == 0

    async def test_a_clock_that_is_wrong_is_not_believed(self, database):
        await created_subscriber(database)
        before = minutes_ago(0)

        await accounted(database, a_start(event_at=minutes_ago(-60 * 24 * 365)))

        session = await the_session(database)
        assert before <= session.started_at <= minutes_ago(0)

    async def test_of_a_service_that_may_only_account_counts_as_usage_too(self, database):
        customer_id = await created_subscriber(database)

        async with database.unit_of_work(AAA) as session:
            await RadiusService().record_accounting(session, a_stop(10, 20))
            assert session.actor is AAA

        assert await usage(database, customer_id) == (10, 20)
        async with database.reading() as connection:
            source = (await connection.execute(select(UsageRecord.source))).scalar_one()
        assert source is UsageSource.RADIUS

    async def test_reported_by_two_at_once_is_counted_once(self, database):
        customer_id = await created_subscriber(database)
        stop = a_stop(10, 20, event_at=minutes_ago(1))

        outcomes = await asyncio.gather(*(accounted(database, stop) for _ in range(4)))

        assert sorted(outcome.outcome for (outcome,) in outcomes) == [RECORDED] + [UNCHANGED] * 3
        assert await usage(database, customer_id) == (10, 20)


class TestAnUnknownUsername:
    async def test_is_kept_for_a_person_once(self, database):
        stop = a_stop(2**32 + 1, 20, username="Mallory", event_at=minutes_ago(1))

        outcomes = await accounted(database, stop, stop)

        assert [outcome.outcome for outcome in outcomes] == [UNCLAIMED, UNCLAIMED]
        assert await rows(database, RadiusSession) == 0
        assert await announced(database) == []
        async with database.session(SYSTEM) as session:
            kept = (await session.scalars(select(UnclaimedAccounting))).one()
        assert kept.username == "Mallory"
        assert kept.input_octets == 2**32 + 1
        assert kept.record["terminate_cause"] == "User-Request"
        assert kept.record["nas_ip_address"] == "192.0.2.10"


class TestARebootOfTheNas:
    async def test_closes_its_open_sessions_at_their_last_sign_of_life(self, database):
        customer_id = await created_subscriber(database)
        await created_subscriber(database, username="bob")
        seen = minutes_ago(10)
        await accounted(
            database,
            an_interim(5, 6, event_at=seen),
            a_start(
                acct_unique_session_id="other-nas",
                username="bob",
                nas_ip_address=ip_address("192.0.2.99"),
                event_at=seen,
            ),
        )

        (outcome,) = await accounted(database, a_record(AcctStatusType.ON))

        assert (outcome.outcome, outcome.closed_sessions) == (RECORDED, 1)
        session = await the_session(database)
        assert session.state is SessionState.CLOSED_NAS_REBOOT
        assert (session.stopped_at, session.terminate_cause) == (seen, "NAS-Reboot")
        assert (await the_session(database, "other-nas")).state is SessionState.ACTIVE
        kind, data = (await announced(database, "radius."))[-1]
        assert (kind, data["customer_id"]) == ("radius.session.stopped", customer_id)
        assert data["state"] == "CLOSED_NAS_REBOOT"

    async def test_told_again_changes_nothing(self, database):
        await created_subscriber(database)
        on = a_record(AcctStatusType.ON, event_at=minutes_ago(1))
        await accounted(database, a_start(event_at=minutes_ago(2)), on)

        (again,) = await accounted(database, on)

        assert (again.outcome, again.closed_sessions) == (UNCHANGED, 0)

    async def test_spares_sessions_that_began_after_it(self, database):
        await created_subscriber(database)
        await accounted(database, a_start(event_at=minutes_ago(1)))

        await accounted(database, a_record(AcctStatusType.OFF, event_at=minutes_ago(5)))

        assert (await the_session(database)).state is SessionState.ACTIVE

    async def test_closes_also_what_is_reported_only_afterwards(self, database):
        customer_id = await created_subscriber(database)

        await accounted(
            database,
            a_record(AcctStatusType.ON, event_at=minutes_ago(1)),
            an_interim(5, 6, event_at=minutes_ago(3)),
        )

        assert (await the_session(database)).state is SessionState.CLOSED_NAS_REBOOT
        assert await usage(database, customer_id) == (5, 6)

    async def test_is_overruled_by_a_later_sign_of_life(self, database):
        await created_subscriber(database)

        await accounted(
            database,
            a_start(event_at=minutes_ago(5)),
            a_record(AcctStatusType.ON, event_at=minutes_ago(4)),
            an_interim(5, 6, event_at=minutes_ago(3)),
        )

        session = await the_session(database)
        assert (session.state, session.stopped_at) == (SessionState.ACTIVE, None)
        assert types(await announced(database, "radius.")) == [
            "radius.session.started",
            "radius.session.stopped",
            "radius.session.started",
        ]

    async def test_at_the_same_time_as_records_leaves_no_session_of_before_open(self, database):
        await created_subscriber(database)
        told = minutes_ago(5)
        starts = [
            accounted(database, a_start(acct_unique_session_id=f"s-{number}", event_at=told))
            for number in range(4)
        ]

        await asyncio.gather(
            *starts, accounted(database, a_record(AcctStatusType.ON, event_at=minutes_ago(4)))
        )

        async with database.reading() as connection:
            states = (await connection.execute(select(RadiusSession.state))).scalars().all()
        assert states == [SessionState.CLOSED_NAS_REBOOT] * 4


class TestRefusals:
    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"username": " "}, "username"),
            ({"username": "a\0b"}, "username"),
            ({"acct_unique_session_id": ""}, "acctUniqueSessionId"),
            ({"acct_unique_session_id": "x" * 254}, "acctUniqueSessionId"),
            ({"input_octets": -1}, "inputOctets"),
            ({"input_octets": 2**32}, "inputOctets"),
            ({"output_gigawords": 2**31}, "outputGigawords"),
            ({"session_time_seconds": -1}, "sessionTimeSeconds"),
            ({"event_at": minutes_ago(1).replace(tzinfo=None)}, "eventAt"),
        ],
    )
    async def test_names_the_value_that_no_nas_may_send(self, database, facts, path):
        await created_subscriber(database)

        with pytest.raises(Invalid) as failure:
            await accounted(database, a_start(**facts))

        assert failure.value.path == (path,)
        assert await rows(database, RadiusSession) == 0
        assert await announced(database, "radius.") == []

    @pytest.mark.parametrize(
        "actor",
        [
            access.staff(Role.SUPPORT, "staff:1"),
            access.reseller(1, [1]),
            access.customer(1),
            access.service("reader", [Permission.RADIUS_READ, Permission.USAGE_WRITE]),
        ],
    )
    async def test_is_for_those_who_may_account(self, database, actor):
        await created_subscriber(database)

        with pytest.raises(AccessDenied, match="You may not record accounting"):
            async with database.unit_of_work(actor) as session:
                await RadiusService().record_accounting(session, a_start())

        assert await rows(database, RadiusSession) == 0


async def test_created_session_of_the_builders_is_open(database):
    await created_subscriber(database)

    assert await created_session(database, username="ada") > 0


@pytest.mark.parametrize("seed", range(4))
async def test_a_stream_in_any_order_with_repetitions_ends_the_same(database, seed):
    customer_id = await created_subscriber(database)
    began = minutes_ago(60)
    stream = [a_start(event_at=began)]
    for minute in range(1, 6):
        ago = began + timedelta(minutes=minute)
        stream.append(an_interim(minute * 2**31, minute * 10**9, minute * 60, event_at=ago))
    stream.append(a_stop(6 * 2**31, 6 * 10**9, 360, event_at=began + timedelta(minutes=6)))
    random = Random(seed)
    shuffled = stream + random.choices(stream, k=3)
    random.shuffle(shuffled)

    await accounted(database, *shuffled)

    session = await the_session(database)
    assert session.state is SessionState.STOPPED
    assert (session.input_octets, session.output_octets) == (6 * 2**31, 6 * 10**9)
    assert (session.started_at, session.session_time_seconds) == (began, 360)
    assert session.stopped_at == began + timedelta(minutes=6)
    assert await usage(database, customer_id) == (6 * 2**31, 6 * 10**9)
    ends = [kind for kind in types(await announced(database)) if kind == "radius.session.stopped"]
    assert len(ends) == 1
