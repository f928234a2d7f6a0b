"""UsageService on PostgreSQL: every octet once, in its month, and what it leads to."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from domain.customer.errors import CustomerNotFound
from domain.kernel import access
from domain.kernel.access import Permission, Role
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated
from domain.tariff.errors import DedupeKeyReused
from domain.tariff.models import FupAction, UsageSource
from domain.tariff.services import TariffService
from domain.tariff.usage import UsageService
from domain.tariff.usage_models import UsageCounter
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    unit_of_work_at,
)

MARCH_10 = datetime(2025, 3, 10, 12, tzinfo=UTC)
APRIL_2 = datetime(2025, 4, 2, tzinfo=UTC)
REPORT = {
    "downloaded_octets": 100,
    "uploaded_octets": 20,
    "recorded_at": MARCH_10,
    "dedupe_key": "session-1:1",
    "source": UsageSource.RADIUS,
}
service = UsageService()


async def record(database, customer_id, *, now=MARCH_10, **facts):
    async with unit_of_work_at(database, now) as session:
        return await service.record_usage(session, customer_id, **{**REPORT, **facts})


async def counters(database, customer_id):
    """Month → downloaded and uploaded octets."""
    async with database.reading() as connection:
        counter = UsageCounter
        rows = await connection.execute(
            select(counter.period_start, counter.downloaded_octets, counter.uploaded_octets)
            .where(counter.customer_id == customer_id)
            .order_by(counter.period_start)
        )
        return {row.period_start: (row.downloaded_octets, row.uploaded_octets) for row in rows}


async def metered_customer(database, action=FupAction.THROTTLE, **facts):
    """A customer who has been on a plan of 1000 octets a month since 1 March 2025."""
    customer_id = await created_customer(database)
    plan_id = await created_plan(database, a_metered_plan(action, **facts))
    async with unit_of_work_at(database, datetime(2025, 3, 1, tzinfo=UTC)) as session:
        await TariffService().assign_plan(session, customer_id, plan_id)
    return customer_id


async def moves(database):
    return [
        (data["from_state"], data["to_state"])
        for _, data in await announced(database, "tariff.fup.changed")
    ]


async def thresholds(database):
    return [
        (data["period_start"], data["threshold_percent"], data["used_octets"])
        for _, data in await announced(database, "tariff.threshold.reached")
    ]


class TestRecordUsage:
    async def test_adds_to_the_months_counter_and_announces_the_totals(self, database):
        customer_id = await created_customer(database)

        await record(database, customer_id)
        await record(database, customer_id, dedupe_key="session-1:2", downloaded_octets=7)

        assert await counters(database, customer_id) == {date(2025, 3, 1): (107, 40)}
        assert await announced(database, "tariff.") == [
            (
                "tariff.usage.recorded",
                {
                    "customer_id": customer_id,
                    "period_start": "2025-03-01",
                    "downloaded_octets": down,
                    "uploaded_octets": up,
                },
            )
            for down, up in ((100, 20), (107, 40))
        ]

    async def test_the_same_key_counts_once(self, database):
        customer_id = await created_customer(database)

        for _ in range(3):
            counter = await record(database, customer_id)

        assert (counter.downloaded_octets, counter.uploaded_octets) == (100, 20)
        assert len(await announced(database, "tariff.")) == 1

    async def test_the_same_key_at_the_same_time_counts_once(self, database):
        customer_id = await created_customer(database)

        await asyncio.gather(*(record(database, customer_id) for _ in range(4)))

        assert await counters(database, customer_id) == {date(2025, 3, 1): (100, 20)}

    async def test_keys_are_the_customers_own(self, database):
        one, other = await created_customer(database), await created_customer(database)

        await record(database, one)
        await record(database, other)

        assert await counters(database, other) == {date(2025, 3, 1): (100, 20)}

    async def test_refuses_the_same_key_with_other_octets(self, database):
        customer_id = await created_customer(database)
        await record(database, customer_id)

        with pytest.raises(DedupeKeyReused) as failure:
            await record(database, customer_id, uploaded_octets=21)

        assert failure.value.path == ("dedupeKey",)
        assert await counters(database, customer_id) == {date(2025, 3, 1): (100, 20)}

    async def test_counts_in_the_utc_month_however_late_or_out_of_order(self, database):
        customer_id = await created_customer(database)
        lisbon_summer = timezone(timedelta(hours=1))
        last_of_march = datetime(2025, 4, 1, 0, 30, tzinfo=lisbon_summer)

        await record(database, customer_id, now=APRIL_2, recorded_at=APRIL_2, dedupe_key="b")
        await record(database, customer_id, now=APRIL_2, recorded_at=last_of_march, dedupe_key="a")

        assert await counters(database, customer_id) == {
            date(2025, 3, 1): (100, 20),
            date(2025, 4, 1): (100, 20),
        }

    async def test_passes_32_bits(self, database):
        customer_id = await created_customer(database)

        await record(database, customer_id, downloaded_octets=2**62)

        assert await counters(database, customer_id) == {date(2025, 3, 1): (2**62, 20)}

    async def test_an_adjustment_takes_octets_away(self, database):
        customer_id = await created_customer(database)
        await record(database, customer_id)

        await record(
            database,
            customer_id,
            dedupe_key="refund",
            downloaded_octets=-40,
            uploaded_octets=0,
            source=UsageSource.ADJUSTMENT,
        )

        assert await counters(database, customer_id) == {date(2025, 3, 1): (60, 20)}

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"downloaded_octets": -1}, "downloadedOctets"),
            ({"uploaded_octets": 2**63}, "uploadedOctets"),
            ({"downloaded_octets": -1, "source": UsageSource.ADJUSTMENT}, "downloadedOctets"),
            ({"recorded_at": MARCH_10 + timedelta(minutes=6)}, "recordedAt"),
            ({"recorded_at": datetime(2025, 3, 10)}, "recordedAt"),  # noqa: DTZ001
            ({"dedupe_key": ""}, "dedupeKey"),
        ],
    )
    async def test_names_the_input_that_breaks_a_rule(self, database, facts, path):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            await record(database, customer_id, **facts)

        assert failure.value.path == (path,)
        assert await counters(database, customer_id) == {}
        assert await announced(database, "tariff.") == []

    async def test_refuses_a_sum_past_64_bits(self, database):
        customer_id = await created_customer(database)
        await record(database, customer_id, downloaded_octets=2**63 - 1)

        with pytest.raises(Invalid, match="downloadedOctets would take the month's sum"):
            await record(database, customer_id, dedupe_key="one more", downloaded_octets=1)

        assert await counters(database, customer_id) == {date(2025, 3, 1): (2**63 - 1, 20)}

    async def test_a_clock_ahead_by_minutes_counts_as_now(self, database):
        customer_id = await created_customer(database)
        midnight = datetime(2025, 3, 31, 23, 59, tzinfo=UTC)

        await record(
            database, customer_id, now=midnight, recorded_at=midnight + timedelta(minutes=4)
        )

        assert await counters(database, customer_id) == {date(2025, 3, 1): (100, 20)}

    async def test_an_unknown_customer_is_not_found(self, database):
        with pytest.raises(CustomerNotFound):
            await record(database, 1)

    @pytest.mark.parametrize(
        ("actor", "failure"),
        [
            (access.staff(Role.SUPPORT, "s"), AccessDenied),
            (access.reseller(1, [1]), AccessDenied),
            (access.customer(1), AccessDenied),
            (access.service("metering", [Permission.TARIFF_READ]), AccessDenied),
            (access.ANONYMOUS, Unauthenticated),
        ],
        ids=lambda value: getattr(value, "subject", ""),
    )
    async def test_is_for_those_who_may_write_usage(self, database, actor, failure):
        customer_id = await created_customer(database)

        with pytest.raises(failure):
            async with database.unit_of_work(actor) as session:
                await service.record_usage(session, customer_id, **REPORT)

        assert await counters(database, customer_id) == {}


class TestFairUse:
    async def test_tells_each_threshold_once_a_period(self, database):
        customer_id = await metered_customer(database)

        for number in range(12):
            await record(
                database,
                customer_id,
                downloaded_octets=50,
                uploaded_octets=50,
                dedupe_key=str(number),
            )

        assert await thresholds(database) == [("2025-03-01", 80, 800), ("2025-03-01", 100, 1000)]
        assert await moves(database) == [("NORMAL", "NOTIFIED"), ("NOTIFIED", "THROTTLED")]

    async def test_one_large_record_tells_both_thresholds(self, database):
        customer_id = await metered_customer(database)

        await record(database, customer_id, downloaded_octets=5000)

        assert [percent for _, percent, _ in await thresholds(database)] == [80, 100]
        assert await moves(database) == [("NORMAL", "THROTTLED")]

    @pytest.mark.parametrize(
        ("action", "state"),
        [
            (FupAction.THROTTLE, "THROTTLED"),
            (FupAction.BLOCK, "BLOCKED"),
            (FupAction.CHARGE, "NOTIFIED"),
        ],
    )
    async def test_the_plans_action_decides_what_follows(self, database, action, state):
        customer_id = await metered_customer(database, action)

        await record(database, customer_id, downloaded_octets=1000)

        assert await moves(database) == [("NORMAL", state)]

    async def test_an_unmetered_plan_never_leaves_normal(self, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        await recorded_usage(database, customer_id, 2**60)

        assert await moves(database) == []
        assert await thresholds(database) == []

    async def test_the_next_month_starts_normal_and_says_so(self, database):
        customer_id = await metered_customer(database)
        await record(database, customer_id, downloaded_octets=1000)

        await record(database, customer_id, now=APRIL_2, recorded_at=APRIL_2, dedupe_key="april")

        assert await moves(database) == [("NORMAL", "THROTTLED"), ("THROTTLED", "NORMAL")]
        _, data = (await announced(database, "tariff.fup.changed"))[-1]
        assert data["period_start"] == "2025-04-01"

    async def test_late_usage_of_a_month_gone_is_told_but_moves_no_state(self, database):
        customer_id = await metered_customer(database)

        await record(database, customer_id, now=APRIL_2, downloaded_octets=900)

        assert await thresholds(database) == [("2025-03-01", 80, 920)]
        assert await moves(database) == []

    async def test_an_adjustment_back_below_the_allowance_restores_service(self, database):
        customer_id = await metered_customer(database, FupAction.BLOCK)
        await record(database, customer_id, downloaded_octets=1000, uploaded_octets=0)

        await record(
            database,
            customer_id,
            downloaded_octets=-900,
            uploaded_octets=0,
            dedupe_key="bonus",
            source=UsageSource.ADJUSTMENT,
        )
        await record(
            database, customer_id, downloaded_octets=900, uploaded_octets=0, dedupe_key="again"
        )

        assert await moves(database) == [
            ("NORMAL", "BLOCKED"),
            ("BLOCKED", "NORMAL"),
            ("NORMAL", "BLOCKED"),
        ]
        assert [percent for _, percent, _ in await thresholds(database)] == [80, 100]

    async def test_cancelling_the_plan_ends_its_policy(self, database):
        customer_id = await metered_customer(database)
        await record(database, customer_id, downloaded_octets=1000)

        async with unit_of_work_at(database, MARCH_10) as session:
            await TariffService().cancel_plan(session, customer_id)

        assert (await moves(database))[-1] == ("THROTTLED", "NORMAL")
