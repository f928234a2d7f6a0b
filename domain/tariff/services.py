"""What may be done about a customer's plan (guide: Tariff Plan Assignment)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from domain.customer.errors import CustomerNotActive
from domain.customer.lifecycle import LIVE, SUBSCRIPTION_ARROWS
from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Actor, Permission, require
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff import assignments
from domain.tariff.change_times import start_of_change
from domain.tariff.commands import PlanChangeTime
from domain.tariff.enforcement import reassess
from domain.tariff.errors import (
    NoChangeScheduled,
    NoPlanAssigned,
    PlanNotAvailable,
    PlanNotFound,
    PlanNotOnSale,
)
from domain.tariff.models import PlanAssignment, TariffPlan
from domain.tariff.policy import visible_plans
from domain.tariff.proration import Settlement

_ACT = "assign tariff plans"

#: States that a plan does not lead out of: in service already, or suspended for a reason that
#: another plan does not lift.
_STAYS = LIVE | {SubscriptionState.SUSPENDED}
#: States that wait for money: a plan leads out of them only for who may lift them anyway.
_OWING = frozenset({SubscriptionState.PENDING_PAYMENT, SubscriptionState.EXPIRED})


class TariffService:
    """
    The use cases of a customer's plan. Each locks the customer first.

    A customer that is absent or out of the actor's scope raises ``CustomerNotFound``.
    """

    async def assign_plan(
        self, session: UnitOfWork, customer_id: int, tariff_plan_id: int
    ) -> PlanAssignment:
        """
        Put the customer on the plan from now on, which ends the plan before, and activate.

        Announces ``tariff.plan.assigned``. The subscription becomes ACTIVE with its dates, unless
        it is live already or suspended. The plan that the customer is on is a no-op otherwise.

        Raises:
            CustomerNotActive: the customer's status is not ACTIVE.
            PlanNotFound, PlanNotOnSale, PlanNotAvailable.
            InvalidTransition: the subscription is CANCELLED, which is its end.
        """
        customer = await _assignable(session, customer_id)
        plan = await _plan_on_sale(session, customer, tariff_plan_id, at=session.now)
        rows = await assignments.unfinished(session, customer_id)
        return await self._switch(session, customer, rows, plan)

    async def change_plan(
        self,
        session: UnitOfWork,
        customer_id: int,
        tariff_plan_id: int,
        *,
        when: PlanChangeTime = PlanChangeTime.NOW,
        on: date | None = None,
        settlement: Settlement = Settlement.CREDIT,
    ) -> PlanAssignment:
        """
        Move the customer to another plan: now, when the present billing cycle ends, or on a day.

        Cycles count from the start of the present assignment; the day begins in the customer's
        time zone. A change that was scheduled before is superseded; naming the plan that the
        customer is on withdraws it, and nothing else. ``settlement`` says what becomes of days
        paid for and not used. A minimum term goes on with the new plan.

        Raises:
            CustomerNotActive, PlanNotFound, PlanNotOnSale, PlanNotAvailable.
            NoPlanAssigned: there is no plan to change.
            Invalid: the day is missing, out of place, not ahead or more than a year away.
            InvalidTransition: as for ``assign_plan``.
        """
        customer = await _assignable(session, customer_id)
        rows = await assignments.unfinished(session, customer_id)
        if not rows:
            raise NoPlanAssigned(customer_id)
        present = rows[0]
        starts_at = start_of_change(
            when, on=on, time_zone=customer.time_zone, present=present, now=session.now
        )
        if present.tariff_plan_id == tariff_plan_id:
            return await self._keep(session, customer, rows)
        plan = await _plan_on_sale(session, customer, tariff_plan_id, at=starts_at)
        if when is PlanChangeTime.NOW:
            return await self._switch(session, customer, rows, plan, settlement)
        await assignments.finish(session, rows, starts_at)
        scheduled = await assignments.begin(
            session, customer_id, plan, starts_at, previous=present, settlement=settlement
        )
        await assignments.announce_assigned(session, customer, scheduled, present)
        return scheduled

    async def withdraw_change(self, session: UnitOfWork, customer_id: int) -> PlanAssignment:
        """
        Leave the customer on the present plan: the change that is scheduled does not come.

        Announces ``tariff.plan.assigned`` for the plan that stays.

        Raises:
            NoChangeScheduled.
        """
        require(session.actor, Permission.TARIFF_ASSIGN, _ACT)
        customer = await CustomerService().locked(session, customer_id)
        rows = await assignments.unfinished(session, customer_id)
        if len(rows) < 2:
            raise NoChangeScheduled(customer_id)
        return await self._keep(session, customer, rows)

    async def cancel_plan(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        reason: str | None = None,
        waives_fee: bool = False,
    ) -> PlanAssignment:
        """
        End the customer's plan now, and withdraw a scheduled one; the subscription is CANCELLED.

        Within the minimum term the plan's early termination fee is due, unless it is waived.
        Announces ``tariff.plan.cancelled``.

        Raises:
            NoPlanAssigned, Invalid.
            AccessDenied: also to waive the fee without writing bills.
        """
        require(session.actor, Permission.TARIFF_ASSIGN, _ACT)
        if waives_fee:
            require(session.actor, Permission.BILLING_WRITE, "waive fees")
        if reason is not None:
            reason = values.text(reason, "reason", longest=500)
        customer = await CustomerService().locked(session, customer_id)
        rows = await assignments.unfinished(session, customer_id)
        if not rows:
            raise NoPlanAssigned(customer_id)
        await assignments.cancel(
            session,
            rows,
            reseller_id=customer.reseller_id,
            reason=reason,
            waives_fee=waives_fee,
        )
        if SubscriptionState.CANCELLED in SUBSCRIPTION_ARROWS[customer.subscription_state]:
            await _move(session, customer_id, SubscriptionState.CANCELLED, reason)
        await reassess(session, customer)
        return rows[0]

    async def _switch(
        self,
        session: UnitOfWork,
        customer: Customer,
        rows: Sequence[PlanAssignment],
        plan: TariffPlan,
        settlement: Settlement = Settlement.CREDIT,
    ) -> PlanAssignment:
        present = rows[0] if rows else None
        if present is not None and present.tariff_plan_id == plan.id:
            assignment = await self._keep(session, customer, rows)
        else:
            await assignments.finish(session, rows, session.now)
            assignment = await assignments.begin(
                session, customer.id, plan, session.now, previous=present, settlement=settlement
            )
            await assignments.announce_assigned(session, customer, assignment, present)
        if _is_activated_by_plan(session.actor, customer.subscription_state):
            await _move(session, customer.id, SubscriptionState.ACTIVE)
        await reassess(session, customer)
        return assignment

    async def _keep(
        self, session: UnitOfWork, customer: Customer, rows: Sequence[PlanAssignment]
    ) -> PlanAssignment:
        present, *scheduled = rows
        if scheduled:
            await assignments.finish(session, scheduled, session.now)
            present.ended_at = None
            await assignments.announce_assigned(session, customer, present, scheduled[0])
        return present


async def _assignable(session: UnitOfWork, customer_id: int) -> Customer:
    require(session.actor, Permission.TARIFF_ASSIGN, _ACT)
    customer = await CustomerService().locked(session, customer_id)
    if customer.status is not CustomerStatus.ACTIVE:
        raise CustomerNotActive(customer_id, customer.status)
    return customer


async def _plan_on_sale(
    session: UnitOfWork, customer: Customer, tariff_plan_id: int, *, at: datetime
) -> TariffPlan:
    """The plan sold to the customer at the instant, kept from being retired meanwhile."""
    plan = await session.scalar(
        select(TariffPlan)
        .where(TariffPlan.id == tariff_plan_id, visible_plans(session.actor))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if plan is None:
        raise PlanNotFound(tariff_plan_id)
    if plan.retired_at is not None or not plan.is_in_effect(at):
        raise PlanNotOnSale(plan.code)
    if not plan.is_offered_to(customer.type, customer.reseller_id):
        raise PlanNotAvailable(plan.code)
    return plan


def _is_activated_by_plan(actor: Actor, state: SubscriptionState) -> bool:
    if state in _OWING:
        return actor.can(Permission.CUSTOMER_LIFECYCLE)
    return state not in _STAYS


async def _move(
    session: UnitOfWork, customer_id: int, state: SubscriptionState, reason: str | None = None
) -> None:
    with session.entailing(Permission.CUSTOMER_LIFECYCLE):
        await CustomerService().update_subscription_state(
            session, customer_id, state, update_dates=True, reason=reason
        )
