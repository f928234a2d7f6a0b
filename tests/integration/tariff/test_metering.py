"""Where usage is counted: whose month, which day, what is free, and what comes too late."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.kernel import access
from domain.kernel.access import Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.money import Money
from domain.tariff.closing import UsageClosingService
from domain.tariff.errors import UsagePeriodOpen
from domain.tariff.models import FupAction, FupState, UsageSource
from domain.tariff.services import TariffService
from domain.tariff.usage import UsageService
from domain.tariff.usage_models import UsageCounter, UsageDay, UsageRecord
from domain.tariff.windows import FreeWindow
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.tariff import a_metered_plan, created_plan, unit_of_work_at

MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
MARCH_10 = datetime(2025, 3, 10, 12, tzinfo=UTC)
APRIL_2 = datetime(2025, 4, 2, 12, tzinfo=UTC)
#: A Saturday.
MARCH_8 = datetime(2025, 3, 8, 12, tzinfo=UTC)
CHARGED = {"overage_block_octets": 100, "overage_price": Money(50, "EUR")}
WEEKEND = (FreeWindow((6, 7), 0, 1440),)


async def metered_customer(database, action=FupAction.BLOCK, *, time_zone="UTC", **facts):
    """A customer who has been on a plan of 1000 octets a month since 1 February 2025."""
    customer_id = await created_customer(database, time_zone=time_zone)
    plan_id = await created_plan(database, a_metered_plan(action, **facts))
    async with unit_of_work_at(database, datetime(2025, 2, 1, tzinfo=UTC)) as session:
        await TariffService().assign_plan(session, customer_id, plan_id)
    return customer_id


async def record(database, customer_id, octets, at, *, now=None, key=None, **facts):
    async with unit_of_work_at(database, now or at) as session:
        return await UsageService().record_usage(
            session,
            customer_id,
            downloaded_octets=octets,
            uploaded_octets=0,
            recorded_at=at,
            dedupe_key=key or f"{at}:{octets}:{now}",
            **facts,
        )


async def close(database, customer_id, period_start, *, now=APRIL_2):
    async with unit_of_work_at(database, now) as session:
        return await UsageClosingService().close_month(session, customer_id, period_start)


async def sums(database, customer_id):
    """Month → octets that count, and octets that were free."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(
                UsageCounter.period_start,
                UsageCounter.downloaded_octets
                + UsageCounter.uploaded_octets
                - UsageCounter.free_octets,
                UsageCounter.free_octets,
            )
            .where(UsageCounter.customer_id == customer_id)
            .order_by(UsageCounter.period_start)
        )
        return {row[0]: (row[1], row[2]) for row in rows}


async def days(database, customer_id):
    async with database.reading() as connection:
        rows = await connection.execute(
            select(UsageDay.day, UsageDay.downloaded_octets, UsageDay.free_octets)
            .where(UsageDay.customer_id == customer_id)
            .order_by(UsageDay.day)
        )
        return [tuple(row) for row in rows]


class TestMonthsAndDays:
    async def test_are_those_of_the_customers_time_zone(self, database):
        customer_id = await metered_customer(database, time_zone="Europe/Lisbon")
        evening = datetime(2025, 3, 31, 22, 59, tzinfo=UTC)

        await record(database, customer_id, 1, evening)
        await record(database, customer_id, 2, evening + timedelta(minutes=1))

        assert await sums(database, customer_id) == {MARCH: (1, 0), APRIL: (2, 0)}
        assert await days(database, customer_id) == [
            (date(2025, 3, 31), 1, 0),
            (APRIL, 2, 0),
        ]

    async def test_reset_when_the_month_begins_there(self, database):
        customer_id = await metered_customer(database, time_zone="America/New_York")
        await record(database, customer_id, 1000, MARCH_10)

        still_march = await record(
            database, customer_id, 1, datetime(2025, 4, 1, 3, 59, tzinfo=UTC)
        )
        april = await record(database, customer_id, 1, datetime(2025, 4, 1, 4, tzinfo=UTC))

        assert (still_march.period_start, still_march.fup_state) == (MARCH, FupState.BLOCKED)
        assert (april.period_start, april.fup_state) == (APRIL, FupState.NORMAL)

    async def test_add_up_to_the_records_in_whatever_order_they_come(self, database):
        customer_id = await metered_customer(database, free_windows=WEEKEND)
        chance = random.Random(1)
        reports = [
            (number, MARCH_8 + timedelta(hours=chance.randrange(500)), chance.randrange(9))
            for number in range(12)
        ]
        chance.shuffle(reports)

        for number, at, octets in [*reports, *reports[:5]]:
            await record(database, customer_id, octets, at, now=APRIL_2, key=f"k-{number}")

        metered, free = (await sums(database, customer_id))[MARCH]
        weekend = sum(octets for _, at, octets in reports if at.isoweekday() > 5)
        assert (metered + free, free) == (sum(octets for *_, octets in reports), weekend)
        by_day = await days(database, customer_id)
        assert sum(octets for _, octets, _ in by_day) == metered + free
        assert sum(octets for *_, octets in by_day) == free


class TestFreeWindows:
    async def test_what_falls_into_one_is_told_and_does_not_count(self, database):
        customer_id = await metered_customer(database, free_windows=WEEKEND)

        await record(database, customer_id, 5000, MARCH_8)
        counter = await record(database, customer_id, 10, MARCH_10)

        assert (counter.metered_octets, counter.free_octets) == (10, 5000)
        assert counter.fup_state is FupState.NORMAL
        assert await announced(database, "tariff.threshold.reached") == []

    async def test_are_judged_where_the_customer_is(self, database):
        customer_id = await metered_customer(database, time_zone="Asia/Tokyo", free_windows=WEEKEND)

        friday_in_utc = await record(database, customer_id, 5, datetime(2025, 3, 7, 15, tzinfo=UTC))

        assert friday_in_utc.free_octets == 5

    async def test_a_correction_always_counts(self, database):
        customer_id = await metered_customer(database, free_windows=WEEKEND)
        await record(database, customer_id, 100, MARCH_10)

        counter = await record(
            database,
            customer_id,
            -40,
            MARCH_8,
            now=MARCH_10,
            source=UsageSource.ADJUSTMENT,
        )

        assert (counter.metered_octets, counter.free_octets) == (60, 0)

    async def test_a_correction_takes_no_more_than_was_counted(self, database):
        customer_id = await metered_customer(database, free_windows=WEEKEND)
        await record(database, customer_id, 100, MARCH_8)

        with pytest.raises(Invalid, match="more away than was counted"):
            await record(database, customer_id, -1, MARCH_10, source=UsageSource.ADJUSTMENT)

        assert await sums(database, customer_id) == {MARCH: (0, 100)}


class TestClosingAMonth:
    async def test_returns_the_overage_and_tells_of_it_once(self, database):
        customer_id = await metered_customer(database, FupAction.CHARGE, **CHARGED)
        await record(database, customer_id, 1250, MARCH_10)

        due = [await close(database, customer_id, MARCH) for _ in range(2)]

        assert [(each.octets, each.blocks, each.amount) for each in due] == [
            (250, 3, Money(150, "EUR"))
        ] * 2
        [(_, data)] = await announced(database, "tariff.usage_period.closed")
        assert (data["overage_octets"], data["overage_minor"]) == (250, 150)
        assert (data["period_start"], data["currency"]) == ("2025-03-01", "EUR")

    async def test_what_comes_later_is_counted_in_the_month_it_comes_in(self, database):
        customer_id = await metered_customer(database, FupAction.CHARGE, **CHARGED)
        await record(database, customer_id, 1250, MARCH_10)
        await close(database, customer_id, MARCH)

        counter = await record(database, customer_id, 70, MARCH_10, now=APRIL_2)

        assert counter.period_start == APRIL
        assert await sums(database, customer_id) == {MARCH: (1250, 0), APRIL: (70, 0)}
        async with database.reading() as connection:
            late = await connection.scalar(
                select(UsageRecord.late_for).where(UsageRecord.period_start == APRIL)
            )
        assert late == MARCH
        assert (await days(database, customer_id)) == [(date(2025, 3, 10), 1320, 0)]

    async def test_a_late_record_repeated_counts_once(self, database):
        customer_id = await metered_customer(database)
        await record(database, customer_id, 5, MARCH_10)
        await close(database, customer_id, MARCH)

        for _ in range(2):
            await record(database, customer_id, 70, MARCH_10, now=APRIL_2, key="late")

        assert await sums(database, customer_id) == {MARCH: (5, 0), APRIL: (70, 0)}

    async def test_until_then_late_records_go_to_their_own_month(self, database):
        customer_id = await metered_customer(database)

        await record(database, customer_id, 70, MARCH_10, now=APRIL_2)

        assert await sums(database, customer_id) == {MARCH: (70, 0)}

    async def test_refuses_a_month_that_has_not_ended_there(self, database):
        customer_id = await metered_customer(database, time_zone="America/New_York")
        await record(database, customer_id, 5, MARCH_10)

        with pytest.raises(UsagePeriodOpen):
            await close(database, customer_id, MARCH, now=datetime(2025, 4, 1, 3, tzinfo=UTC))

        assert await announced(database, "tariff.usage_period.closed") == []

    async def test_a_month_without_usage_has_nothing_to_close(self, database):
        customer_id = await metered_customer(database)

        assert await close(database, customer_id, MARCH) is None
        assert await announced(database, "tariff.usage_period.closed") == []

    async def test_is_for_those_who_write_bills(self, database):
        customer_id = await metered_customer(database)

        with pytest.raises(AccessDenied):
            async with database.unit_of_work(access.staff(Role.SUPPORT, "s")) as session:
                await UsageClosingService().close_month(session, customer_id, MARCH)
