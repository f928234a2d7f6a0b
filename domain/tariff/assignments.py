"""The rows that say who is on which plan when: at any instant one a customer at most."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.contracts import contract_end, termination_fee_minor
from domain.tariff.events import PlanAssigned, PlanCancelled
from domain.tariff.models import PlanAssignment, TariffPlan
from domain.tariff.proration import Settlement


async def unfinished(session: UnitOfWork, customer_id: int) -> Sequence[PlanAssignment]:
    """The assignments in force or scheduled, by start, locked. Withdrawn ones are left out."""
    assignment = PlanAssignment
    rows = await session.scalars(
        select(assignment)
        .where(
            assignment.customer_id == customer_id,
            or_(
                assignment.ended_at.is_(None),
                (assignment.ended_at > session.now) & (assignment.ended_at > assignment.started_at),
            ),
        )
        .order_by(assignment.started_at, assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def plans_in_force(
    session: UnitOfWork, customer_id: int, *instants: datetime
) -> list[TariffPlan | None]:
    """The plan that the customer is or was on at each of the instants."""
    assignment = PlanAssignment
    found = await session.execute(
        select(TariffPlan, assignment.started_at, assignment.ended_at)
        .join(assignment, assignment.tariff_plan_id == TariffPlan.id)
        .where(assignment.customer_id == customer_id, or_(*map(assignment.in_force, {*instants})))
    )
    rows = found.all()
    return [
        next((plan for plan, start, end in rows if start <= at and (end is None or end > at)), None)
        for at in instants
    ]


async def finish(session: UnitOfWork, rows: Sequence[PlanAssignment], at: datetime) -> None:
    """End at the instant those that have begun; withdraw the others: they end where they start."""
    # The latest first: what is withdrawn must be out of the way of what goes on longer.
    for row in reversed(rows):
        row.ended_at = row.started_at if row.started_at > session.now else at
        row.updated_at = session.now
        await session.flush()


async def begin(
    session: UnitOfWork,
    customer_id: int,
    plan: TariffPlan,
    at: datetime,
    *,
    previous: PlanAssignment | None = None,
    settlement: Settlement = Settlement.CREDIT,
) -> PlanAssignment:
    """A new open assignment from the instant on, at the plan's price and minimum term."""
    carried = None if previous is None else previous.contract_ends_at
    assignment = PlanAssignment(
        customer_id=customer_id,
        tariff_plan_id=plan.id,
        started_at=at,
        settlement=settlement,
        contract_ends_at=contract_end(plan.contract_months, starts_at=at, carried=carried),
        created_at=session.now,
        updated_at=session.now,
    )
    session.add(assignment)
    await session.flush()
    return assignment


async def announce_assigned(
    session: UnitOfWork,
    customer: Customer,
    assignment: PlanAssignment,
    previous: PlanAssignment | None,
) -> None:
    """Announce ``tariff.plan.assigned``: what holds from now on."""
    await session.announce(
        PlanAssigned(
            customer_id=customer.id,
            reseller_id=customer.reseller_id,
            assignment_id=assignment.id,
            tariff_plan_id=assignment.tariff_plan_id,
            previous_plan_id=None if previous is None else previous.tariff_plan_id,
            starts_at=assignment.started_at,
            amount_minor=assignment.price_minor,
            currency=assignment.currency,
            billing_cycle=assignment.billing_cycle,
        )
    )


async def cancel(
    session: UnitOfWork,
    rows: Sequence[PlanAssignment],
    *,
    reseller_id: int | None,
    reason: str | None,
    waives_fee: bool = False,
) -> None:
    """
    Finish the rows now and announce ``tariff.plan.cancelled`` for the one in force.

    What its plan asks for leaving within the minimum term is due then, unless it is waived.
    """
    present = rows[0]
    if not waives_fee:
        present.termination_fee_minor = await _fee_minor(session, present)
    await finish(session, rows, session.now)
    await session.announce(
        PlanCancelled(
            customer_id=present.customer_id,
            reseller_id=reseller_id,
            assignment_id=present.id,
            tariff_plan_id=present.tariff_plan_id,
            ended_at=session.now,
            reason=reason,
            termination_fee_minor=present.termination_fee_minor,
            currency=present.currency,
        )
    )


async def _fee_minor(session: UnitOfWork, assignment: PlanAssignment) -> int:
    plan = await session.get_one(TariffPlan, assignment.tariff_plan_id)
    return termination_fee_minor(
        plan.early_termination_fee_minor,
        contract_ends_at=assignment.contract_ends_at,
        ended_at=session.now,
    )
