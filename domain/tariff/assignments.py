"""The rows that say who is on which plan when: at any instant one a customer at most."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.events import PlanAssigned, PlanCancelled
from domain.tariff.models import PlanAssignment, TariffPlan


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


async def plan_in_force(session: UnitOfWork, customer_id: int, at: datetime) -> TariffPlan | None:
    """The plan that the customer is or was on at the instant."""
    return await session.scalar(
        select(TariffPlan)
        .join(PlanAssignment, PlanAssignment.tariff_plan_id == TariffPlan.id)
        .where(PlanAssignment.customer_id == customer_id, PlanAssignment.in_force(at))
    )


async def finish(session: UnitOfWork, rows: Sequence[PlanAssignment], at: datetime) -> None:
    """End at the instant those that have begun; withdraw the others: they end where they start."""
    for row in rows:
        row.ended_at = row.started_at if row.started_at > session.now else at
        row.updated_at = session.now
    await session.flush()


async def begin(
    session: UnitOfWork, customer_id: int, tariff_plan_id: int, at: datetime
) -> PlanAssignment:
    """A new open assignment from the instant on, at the plan's present price."""
    assignment = PlanAssignment(
        customer_id=customer_id,
        tariff_plan_id=tariff_plan_id,
        started_at=at,
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
) -> None:
    """Finish the rows now and announce ``tariff.plan.cancelled`` for the one in force."""
    await finish(session, rows, session.now)
    await session.announce(
        PlanCancelled(
            customer_id=rows[0].customer_id,
            reseller_id=reseller_id,
            assignment_id=rows[0].id,
            tariff_plan_id=rows[0].tariff_plan_id,
            ended_at=session.now,
            reason=reason,
        )
    )
