"""TariffService on PostgreSQL: who is on which plan from when, and what that does elsewhere."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.customer.errors import CustomerNotActive, CustomerNotFound
from domain.customer.models import CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import violated_constraint
from domain.kernel.errors import AccessDenied, InvalidTransition, Unauthenticated
from domain.kernel.events import EventRow
from domain.kernel.money import Money
from domain.tariff import queries
from domain.tariff.commands import PlanChangeTime
from domain.tariff.errors import NoPlanAssigned, PlanNotFound, PlanNotOnSale
from domain.tariff.models import PlanAssignment
from domain.tariff.services import TariffService
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    retire,
    retired_plan,
    unit_of_work_at,
)

MAY_ASSIGN = [access.staff(Role.ADMIN, "a"), access.staff(Role.SUPPORT, "s"), SYSTEM]
NOW = PlanChangeTime.NOW
NEXT_CYCLE = PlanChangeTime.NEXT_CYCLE
JANUARY_31 = datetime(2025, 1, 31, 10, tzinfo=UTC)
FEBRUARY_10 = datetime(2025, 2, 10, tzinfo=UTC)
FEBRUARY_28 = datetime(2025, 2, 28, 10, tzinfo=UTC)
service = TariffService()


async def rows_of(database, customer_id):
    """Plan, start and end of each assignment, by start."""
    async with database.reading() as connection:
        assignment = PlanAssignment
        rows = await connection.execute(
            select(assignment.tariff_plan_id, assignment.started_at, assignment.ended_at)
            .where(assignment.customer_id == customer_id)
            .order_by(assignment.started_at, assignment.id)
        )
        return [tuple(row) for row in rows]


async def plan_at(database, customer_id, instant):
    async with database.reading() as connection:
        current = await queries.current_assignments(connection, SYSTEM, [customer_id], at=instant)
    return current[customer_id].tariff_plan_id if current else None


async def subscription_state(database, customer_id):
    async with database.unit_of_work(SYSTEM) as session:
        return (await CustomerService().get_customer(session, customer_id)).subscription_state


async def scheduled_change(database):
    """A customer on plan A since 31 January whom 10 February moves to B for 28 February."""
    customer_id = await created_customer(database)
    a, b = await created_plan(database), await created_plan(database)
    async with unit_of_work_at(database, JANUARY_31) as session:
        await service.assign_plan(session, customer_id, a)
    async with unit_of_work_at(database, FEBRUARY_10) as session:
        await service.change_plan(session, customer_id, b, when=NEXT_CYCLE)
    return customer_id, a, b


class TestAssignPlan:
    async def test_puts_the_customer_on_the_plan_at_its_price_and_activates(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database, price=Money(4500, "EUR"))

        async with database.unit_of_work(SYSTEM) as session:
            assignment = await service.assign_plan(session, customer_id, plan_id)
            now = session.now

        assert (assignment.started_at, assignment.ended_at) == (now, None)
        assert (assignment.price_minor, assignment.currency) == (4500, "EUR")
        assert await announced(database, "tariff.plan.assigned") == [
            (
                "tariff.plan.assigned",
                {
                    "customer_id": customer_id,
                    "assignment_id": assignment.id,
                    "tariff_plan_id": plan_id,
                    "previous_plan_id": None,
                    "starts_at": now.isoformat().replace("+00:00", "Z"),
                    "amount_minor": 4500,
                    "currency": "EUR",
                    "billing_cycle": "MONTHLY",
                },
            )
        ]
        [(_, moved)] = await announced(database, "customer.subscription_state.changed")
        assert (moved["from_state"], moved["to_state"]) == ("INACTIVE", "ACTIVE")
        async with database.unit_of_work(SYSTEM) as session:
            customer = await CustomerService().get_customer(session, customer_id)
        assert customer.subscription_started_at == now

    async def test_ends_the_plan_before_at_the_same_instant(self, database):
        customer_id = await created_customer(database)
        a, b = await created_plan(database), await created_plan(database)
        async with unit_of_work_at(database, JANUARY_31) as session:
            await service.assign_plan(session, customer_id, a)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            await service.assign_plan(session, customer_id, b)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_10),
            (b, FEBRUARY_10, None),
        ]
        _, data = (await announced(database, "tariff.plan.assigned"))[-1]
        assert (data["previous_plan_id"], data["tariff_plan_id"]) == (a, b)

    async def test_the_plan_that_the_customer_is_on_is_a_no_op(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        first = await assigned_plan(database, customer_id, plan_id)

        assert await assigned_plan(database, customer_id, plan_id) == first
        assert len(await announced(database, "tariff.plan.assigned")) == 1

    async def test_the_event_carries_the_customers_reseller(self, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)

        plan_id = await created_plan(database)

        async with database.unit_of_work(access.reseller(reseller_id, [reseller_id])) as session:
            await service.assign_plan(session, customer_id, plan_id)

        async with database.reading() as connection:
            owners = await connection.scalars(
                select(EventRow.reseller_id).where(EventRow.type == "tariff.plan.assigned")
            )
        assert owners.all() == [reseller_id]

    @pytest.mark.parametrize("state", [SubscriptionState.TRIAL, SubscriptionState.SUSPENDED])
    async def test_leaves_a_live_or_suspended_subscription_as_it_is(self, database, state):
        customer_id = await created_customer(database, state=SubscriptionState.TRIAL)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().update_subscription_state(session, customer_id, state)

        await assigned_plan(database, customer_id, await created_plan(database))

        assert await subscription_state(database, customer_id) is state

    async def test_a_later_price_list_does_not_touch_the_assignment(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        await assigned_plan(database, customer_id, plan_id)
        await retire(database, plan_id)

        assert await plan_at(database, customer_id, datetime.now(UTC)) == plan_id

    @pytest.mark.parametrize("status", [CustomerStatus.PENDING, CustomerStatus.SUSPENDED])
    async def test_refuses_customers_who_are_not_active(self, database, status):
        customer_id = await created_customer(database, status=CustomerStatus.PENDING)
        plan_id = await created_plan(database)
        if status is not CustomerStatus.PENDING:
            async with database.unit_of_work(SYSTEM) as session:
                for step in (CustomerStatus.ACTIVE, status):
                    await CustomerService().change_status(
                        session, customer_id, step, reason="fraud check"
                    )

        with pytest.raises(CustomerNotActive) as failure:
            await assigned_plan(database, customer_id, plan_id)

        assert failure.value.status == status
        assert await rows_of(database, customer_id) == []
        assert await announced(database, "tariff.plan.assigned") == []

    async def test_refuses_a_retired_plan(self, database):
        customer_id = await created_customer(database)
        plan_id = await retired_plan(database, code="OLD")

        with pytest.raises(PlanNotOnSale) as failure:
            await assigned_plan(database, customer_id, plan_id)

        assert (failure.value.plan_code, failure.value.path) == ("OLD", ("tariffPlanId",))
        assert await rows_of(database, customer_id) == []

    async def test_refuses_unknown_customers_and_plans(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)

        with pytest.raises(CustomerNotFound):
            await assigned_plan(database, customer_id + 1, plan_id)
        with pytest.raises(PlanNotFound):
            await assigned_plan(database, customer_id, plan_id + 1)

    async def test_a_cancelled_subscription_has_ended_for_ever(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        await assigned_plan(database, customer_id, plan_id)
        async with database.unit_of_work(SYSTEM) as session:
            await service.cancel_plan(session, customer_id)

        with pytest.raises(InvalidTransition):
            await assigned_plan(database, customer_id, plan_id)

        assert len(await rows_of(database, customer_id)) == 1

    async def test_a_foreign_customer_looks_like_none(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=other)
        plan_id = await created_plan(database)

        with pytest.raises(CustomerNotFound):
            async with database.unit_of_work(access.reseller(mine, [mine])) as session:
                await service.assign_plan(session, customer_id, plan_id)

        assert await rows_of(database, customer_id) == []

    @pytest.mark.parametrize("actor", MAY_ASSIGN, ids=lambda actor: actor.subject)
    async def test_is_open_to_staff_and_the_platform(self, database, actor):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)

        async with database.unit_of_work(actor) as session:
            await service.assign_plan(session, customer_id, plan_id)

        assert await plan_at(database, customer_id, datetime.now(UTC)) == plan_id

    @pytest.mark.parametrize("act", ["assign_plan", "change_plan", "cancel_plan"])
    async def test_is_refused_to_customers_and_the_anonymous(self, database, act):
        customer_id = await created_customer(database)
        arguments = (customer_id,) if act == "cancel_plan" else (customer_id, 1)

        for actor, failure in (
            (access.customer(customer_id), AccessDenied),
            (access.ANONYMOUS, Unauthenticated),
        ):
            with pytest.raises(failure):
                async with database.unit_of_work(actor) as session:
                    await getattr(service, act)(session, *arguments)

    async def test_two_at_the_same_time_leave_one_open_assignment(self, database):
        customer_id = await created_customer(database)
        plans = [await created_plan(database) for _ in range(3)]

        await asyncio.gather(*(assigned_plan(database, customer_id, plan) for plan in plans))

        ends = [ended_at for _, _, ended_at in await rows_of(database, customer_id)]
        assert (len(ends), ends.count(None)) == (3, 1)

    async def test_the_database_holds_one_open_assignment_a_customer(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        await assigned_plan(database, customer_id, plan_id)

        with pytest.raises(IntegrityError) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                session.add(
                    PlanAssignment(
                        customer_id=customer_id,
                        tariff_plan_id=plan_id,
                        start_date=datetime.now(UTC),
                    )
                )

        assert violated_constraint(failure.value) == "plan_assignments_one_at_a_time_excl"


class TestChangePlan:
    async def test_now_ends_the_present_plan_now(self, database):
        customer_id = await created_customer(database)
        a, b = await created_plan(database), await created_plan(database)
        async with unit_of_work_at(database, JANUARY_31) as session:
            await service.assign_plan(session, customer_id, a)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            await service.change_plan(session, customer_id, b, when=NOW)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_10),
            (b, FEBRUARY_10, None),
        ]

    async def test_next_cycle_becomes_current_by_time_alone(self, database):
        customer_id, a, b = await scheduled_change(database)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_28),
            (b, FEBRUARY_28, None),
        ]
        just_before = FEBRUARY_28 - timedelta(microseconds=1)
        assert await plan_at(database, customer_id, just_before) == a
        assert await plan_at(database, customer_id, FEBRUARY_28) == b
        _, data = (await announced(database, "tariff.plan.assigned"))[-1]
        assert (data["previous_plan_id"], data["starts_at"]) == (a, "2025-02-28T10:00:00Z")

    async def test_another_change_supersedes_the_scheduled_one(self, database):
        customer_id, a, b = await scheduled_change(database)
        c = await created_plan(database)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            await service.change_plan(session, customer_id, c, when=NEXT_CYCLE)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_28),
            (b, FEBRUARY_28, FEBRUARY_28),
            (c, FEBRUARY_28, None),
        ]
        assert await plan_at(database, customer_id, FEBRUARY_28) == c

    async def test_a_change_now_supersedes_the_scheduled_one(self, database):
        customer_id, a, b = await scheduled_change(database)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            await service.change_plan(session, customer_id, b, when=NOW)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_10),
            (b, FEBRUARY_10, None),
            (b, FEBRUARY_28, FEBRUARY_28),
        ]

    async def test_naming_the_present_plan_withdraws_the_scheduled_change(self, database):
        customer_id, a, b = await scheduled_change(database)
        await retire(database, a)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            kept = await service.change_plan(session, customer_id, a, when=NEXT_CYCLE)

        assert (kept.tariff_plan_id, kept.started_at, kept.ended_at) == (a, JANUARY_31, None)
        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, None),
            (b, FEBRUARY_28, FEBRUARY_28),
        ]
        _, data = (await announced(database, "tariff.plan.assigned"))[-1]
        assert (data["tariff_plan_id"], data["starts_at"]) == (a, "2025-01-31T10:00:00Z")

    async def test_the_present_plan_without_a_scheduled_change_is_a_no_op(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        await assigned_plan(database, customer_id, plan_id)

        async with database.unit_of_work(SYSTEM) as session:
            await service.change_plan(session, customer_id, plan_id, when=NEXT_CYCLE)

        assert len(await rows_of(database, customer_id)) == 1
        assert len(await announced(database, "tariff.plan.assigned")) == 1

    async def test_refuses_a_customer_without_a_plan(self, database):
        customer_id = await created_customer(database)

        with pytest.raises(NoPlanAssigned):
            async with database.unit_of_work(SYSTEM) as session:
                await service.change_plan(session, customer_id, await created_plan(database))

        assert await rows_of(database, customer_id) == []

    async def test_refuses_a_retired_plan_and_changes_nothing(self, database):
        customer_id = await created_customer(database)
        a, b = await created_plan(database), await retired_plan(database)
        await assigned_plan(database, customer_id, a)

        with pytest.raises(PlanNotOnSale):
            async with database.unit_of_work(SYSTEM) as session:
                await service.change_plan(session, customer_id, b)

        assert await plan_at(database, customer_id, datetime.now(UTC)) == a
        assert len(await announced(database, "tariff.plan.assigned")) == 1

    async def test_a_larger_allowance_lifts_the_throttle_at_once(self, database):
        customer_id = await created_customer(database)
        small = await created_plan(database, a_metered_plan())
        large = await created_plan(database, a_metered_plan(allowance_octets=10_000))
        await assigned_plan(database, customer_id, small)
        await recorded_usage(database, customer_id, 1000)

        async with database.unit_of_work(SYSTEM) as session:
            await service.change_plan(session, customer_id, large)

        moves = [
            (data["from_state"], data["to_state"])
            for _, data in await announced(database, "tariff.fup.changed")
        ]
        assert moves == [("NORMAL", "THROTTLED"), ("THROTTLED", "NORMAL")]


class TestCancelPlan:
    async def test_ends_the_plan_and_the_subscription(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)
        assignment_id = await assigned_plan(database, customer_id, plan_id)

        async with database.unit_of_work(SYSTEM) as session:
            cancelled = await service.cancel_plan(session, customer_id, reason=" moved away ")
            now = session.now

        assert (cancelled.id, cancelled.ended_at) == (assignment_id, now)
        assert await plan_at(database, customer_id, now) is None
        assert await announced(database, "tariff.plan.cancelled") == [
            (
                "tariff.plan.cancelled",
                {
                    "customer_id": customer_id,
                    "assignment_id": assignment_id,
                    "tariff_plan_id": plan_id,
                    "ended_at": now.isoformat().replace("+00:00", "Z"),
                    "reason": "moved away",
                    "termination_fee_minor": 0,
                    "currency": "EUR",
                },
            )
        ]
        _, moved = (await announced(database, "customer.subscription_state.changed"))[-1]
        assert (moved["to_state"], moved["reason"]) == ("CANCELLED", "moved away")

    async def test_withdraws_a_scheduled_change_too(self, database):
        customer_id, a, b = await scheduled_change(database)

        async with unit_of_work_at(database, FEBRUARY_10) as session:
            await service.cancel_plan(session, customer_id)

        assert await rows_of(database, customer_id) == [
            (a, JANUARY_31, FEBRUARY_10),
            (b, FEBRUARY_28, FEBRUARY_28),
        ]
        assert len(await announced(database, "tariff.plan.cancelled")) == 1

    async def test_refuses_a_customer_without_a_plan(self, database):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)

        with pytest.raises(NoPlanAssigned) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await service.cancel_plan(session, customer_id)

        assert failure.value.path == ("customerId",)
        assert await subscription_state(database, customer_id) is SubscriptionState.ACTIVE
        assert await announced(database, "tariff.") == []
