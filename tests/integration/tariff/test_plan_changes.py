"""Changes that are scheduled, minimum terms, and the database's own word on one plan at a time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.customer.models import CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import violated_constraint
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.money import Money
from domain.tariff import queries
from domain.tariff.commands import PlanChangeTime
from domain.tariff.errors import NoChangeScheduled, PlanNotOnSale
from domain.tariff.models import PlanAssignment
from domain.tariff.proration import Settlement
from domain.tariff.services import TariffService
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.tariff import (
    assigned_plan,
    created_plan,
    retired_plan,
    revised_plan,
    unit_of_work_at,
)

ON_DATE = PlanChangeTime.ON_DATE
MARCH_1 = datetime(2025, 3, 1, 10, tzinfo=UTC)
MARCH_10 = datetime(2025, 3, 10, tzinfo=UTC)
#: Midnight of 1 April in Lisbon, where summer time has begun.
APRIL_1_IN_LISBON = datetime(2025, 3, 31, 23, tzinfo=UTC)
FEE = Money(9000, "EUR")
service = TariffService()


async def rows_of(database, customer_id):
    async with database.reading() as connection:
        assignment = PlanAssignment
        rows = await connection.execute(
            select(assignment.tariff_plan_id, assignment.started_at, assignment.ended_at)
            .where(assignment.customer_id == customer_id)
            .order_by(assignment.started_at, assignment.id)
        )
        return [tuple(row) for row in rows]


async def on_a_plan(database, **facts):
    """A customer in Lisbon on a plan since 1 March 2025, and the plan."""
    customer_id = await created_customer(database, time_zone="Europe/Lisbon")
    plan_id = await created_plan(database, **facts)
    async with unit_of_work_at(database, MARCH_1) as session:
        await service.assign_plan(session, customer_id, plan_id)
    return customer_id, plan_id


async def change(database, customer_id, plan_id, *, now=MARCH_10, **facts):
    async with unit_of_work_at(database, now) as session:
        return await service.change_plan(session, customer_id, plan_id, **facts)


async def cancel(database, customer_id, *, now=MARCH_10, **facts):
    async with unit_of_work_at(database, now) as session:
        return await service.cancel_plan(session, customer_id, **facts)


class TestChangeOnADate:
    async def test_comes_when_the_day_begins_where_the_customer_is(self, database):
        customer_id, a = await on_a_plan(database)
        b = await created_plan(database)

        await change(database, customer_id, b, when=ON_DATE, on=date(2025, 4, 1))

        assert await rows_of(database, customer_id) == [
            (a, MARCH_1, APRIL_1_IN_LISBON),
            (b, APRIL_1_IN_LISBON, None),
        ]

    async def test_a_later_day_supersedes_the_one_before(self, database):
        customer_id, a = await on_a_plan(database)
        b = await created_plan(database)
        await change(database, customer_id, b, when=ON_DATE, on=date(2025, 3, 20))

        await change(database, customer_id, b, when=ON_DATE, on=date(2025, 4, 1))

        march_20 = datetime(2025, 3, 20, tzinfo=UTC)
        assert await rows_of(database, customer_id) == [
            (a, MARCH_1, APRIL_1_IN_LISBON),
            (b, march_20, march_20),
            (b, APRIL_1_IN_LISBON, None),
        ]

    @pytest.mark.parametrize(
        "facts",
        [
            {"when": ON_DATE},
            {"when": PlanChangeTime.NOW, "on": date(2025, 4, 1)},
            {"when": ON_DATE, "on": date(2025, 3, 10)},
            {"when": ON_DATE, "on": date(2026, 4, 1)},
        ],
    )
    async def test_refuses_a_day_that_is_missing_past_or_far(self, database, facts):
        customer_id, a = await on_a_plan(database)
        b = await created_plan(database)

        with pytest.raises(Invalid) as failure:
            await change(database, customer_id, b, **facts)

        assert failure.value.path == ("on",)
        assert await rows_of(database, customer_id) == [(a, MARCH_1, None)]
        assert len(await announced(database, "tariff.plan.assigned")) == 1

    async def test_takes_the_edition_that_is_sold_on_that_day(self, database):
        customer_id, _ = await on_a_plan(database)
        first = await created_plan(database)
        starts_at = datetime.now(UTC) + timedelta(days=10)
        second = await revised_plan(database, first, effective_from=starts_at)
        day = starts_at.date() + timedelta(days=2)

        with pytest.raises(PlanNotOnSale):
            async with database.unit_of_work(SYSTEM) as session:
                await service.change_plan(session, customer_id, first, when=ON_DATE, on=day)
        async with database.unit_of_work(SYSTEM) as session:
            changed = await service.change_plan(session, customer_id, second, when=ON_DATE, on=day)

        assert changed.tariff_plan_id == second

    async def test_keeps_what_becomes_of_the_days_paid_for(self, database):
        customer_id, _ = await on_a_plan(database)
        b = await created_plan(database)

        changed = await change(database, customer_id, b, settlement=Settlement.NONE)

        assert changed.settlement is Settlement.NONE


class TestWithdrawChange:
    async def test_leaves_the_customer_on_the_plan_and_tells(self, database):
        customer_id, a = await on_a_plan(database)
        b = await created_plan(database)
        await change(database, customer_id, b, when=ON_DATE, on=date(2025, 4, 1))

        async with unit_of_work_at(database, MARCH_10) as session:
            await service.withdraw_change(session, customer_id)

        assert await rows_of(database, customer_id) == [
            (a, MARCH_1, None),
            (b, APRIL_1_IN_LISBON, APRIL_1_IN_LISBON),
        ]
        _, data = (await announced(database, "tariff.plan.assigned"))[-1]
        assert (data["tariff_plan_id"], data["previous_plan_id"]) == (a, b)

    async def test_may_be_done_for_a_customer_who_is_suspended_by_then(self, database):
        customer_id, a = await on_a_plan(database)
        b = await created_plan(database)
        await change(database, customer_id, b, when=ON_DATE, on=date(2025, 4, 1))
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(
                session, customer_id, CustomerStatus.SUSPENDED, reason="moving"
            )

        async with unit_of_work_at(database, MARCH_10) as session:
            kept = await service.withdraw_change(session, customer_id)

        assert (kept.tariff_plan_id, kept.ended_at) == (a, None)

    async def test_refuses_when_nothing_is_scheduled(self, database):
        customer_id, _ = await on_a_plan(database)

        with pytest.raises(NoChangeScheduled) as failure:
            async with unit_of_work_at(database, MARCH_10) as session:
                await service.withdraw_change(session, customer_id)

        assert failure.value.path == ("customerId",)

    async def test_is_for_those_who_assign_plans(self, database):
        customer_id, _ = await on_a_plan(database)

        with pytest.raises(AccessDenied):
            async with database.unit_of_work(access.customer(customer_id)) as session:
                await service.withdraw_change(session, customer_id)


class TestScheduledAssignments:
    async def test_are_those_ahead_and_not_withdrawn(self, database):
        b = await created_plan(database)
        changing, staying = [await created_customer(database) for _ in range(2)]
        for customer_id in (changing, staying):
            await assigned_plan(database, customer_id, await created_plan(database))
            async with database.unit_of_work(SYSTEM) as session:
                await service.change_plan(session, customer_id, b, when=PlanChangeTime.NEXT_CYCLE)
        async with database.unit_of_work(SYSTEM) as session:
            await service.withdraw_change(session, staying)

        async with database.reading() as connection:
            found = await queries.scheduled_assignments(connection, SYSTEM, [changing, staying])

        assert {key: row.tariff_plan_id for key, row in found.items()} == {changing: b}

    async def test_are_the_customers_own_business(self, database):
        customer_id, stranger = [await created_customer(database) for _ in range(2)]
        await assigned_plan(database, customer_id, await created_plan(database))
        b = await created_plan(database)
        async with database.unit_of_work(SYSTEM) as session:
            await service.change_plan(session, customer_id, b, when=PlanChangeTime.NEXT_CYCLE)

        seen = []
        for actor in (
            access.staff(Role.SUPPORT, "s"),
            access.customer(customer_id),
            access.customer(stranger),
            access.reseller(1, [1]),
        ):
            async with database.reading_as(actor) as connection:
                seen.append(
                    [*await queries.scheduled_assignments(connection, actor, [customer_id])]
                )

        assert seen == [[customer_id], [customer_id], [], []]


class TestMinimumTerm:
    async def test_begins_with_the_plan_and_goes_on_with_the_next(self, database):
        customer_id, _ = await on_a_plan(database, contract_months=12)
        free = await created_plan(database)

        changed = await change(database, customer_id, free)

        assert changed.contract_ends_at == datetime(2026, 3, 1, 10, tzinfo=UTC)

    async def test_leaving_earlier_costs_the_plans_fee(self, database):
        customer_id, _ = await on_a_plan(database, contract_months=12, early_termination_fee=FEE)

        cancelled = await cancel(database, customer_id)

        assert cancelled.termination_fee_minor == 9000
        [(_, data)] = await announced(database, "tariff.plan.cancelled")
        assert (data["termination_fee_minor"], data["currency"]) == (9000, "EUR")

    async def test_leaving_later_costs_nothing(self, database):
        customer_id, _ = await on_a_plan(database, contract_months=1, early_termination_fee=FEE)

        cancelled = await cancel(database, customer_id, now=datetime(2025, 4, 1, 10, tzinfo=UTC))

        assert cancelled.termination_fee_minor == 0

    async def test_the_fee_is_waived_by_those_who_write_bills(self, database):
        customer_id, _ = await on_a_plan(database, contract_months=12, early_termination_fee=FEE)

        with pytest.raises(AccessDenied, match="You may not waive fees"):
            async with database.unit_of_work(access.staff(Role.SUPPORT, "s")) as session:
                await service.cancel_plan(session, customer_id, waives_fee=True)
        async with database.unit_of_work(access.staff(Role.BILLING, "b")) as session:
            cancelled = await service.cancel_plan(session, customer_id, waives_fee=True)

        assert cancelled.termination_fee_minor == 0

    async def test_naming_a_retired_plan_changes_no_term(self, database):
        customer_id, a = await on_a_plan(database, contract_months=12)

        with pytest.raises(PlanNotOnSale):
            await change(database, customer_id, await retired_plan(database, contract_months=24))

        assert await rows_of(database, customer_id) == [(a, MARCH_1, None)]


@pytest.mark.parametrize(
    ("started_at", "ended_at"),
    [
        (MARCH_1, None),
        (MARCH_1 - timedelta(days=9), MARCH_1 + timedelta(seconds=1)),
        (MARCH_10, MARCH_10 + timedelta(days=1)),
    ],
)
async def test_the_database_refuses_a_second_plan_at_any_instant(database, started_at, ended_at):
    customer_id, a = await on_a_plan(database)

    with pytest.raises(IntegrityError) as failure:
        async with database.unit_of_work(SYSTEM) as session:
            session.add(
                PlanAssignment(
                    customer_id=customer_id,
                    tariff_plan_id=a,
                    started_at=started_at,
                    ended_at=ended_at,
                )
            )

    assert violated_constraint(failure.value) == "plan_assignments_one_at_a_time_excl"
