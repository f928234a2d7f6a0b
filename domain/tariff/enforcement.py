"""Fair use enforced: a counter judged under the plan that counts, and what follows announced."""

from datetime import datetime

from sqlalchemy import select

from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff import fup
from domain.tariff.assignments import plans_in_force
from domain.tariff.counters import counter_of
from domain.tariff.drawing import Left, drawn
from domain.tariff.events import FupChanged, ThresholdReached
from domain.tariff.models import FupState, TariffPlan
from domain.tariff.periods import UsageMonth
from domain.tariff.usage_models import TopUp, UsageCounter


async def reassess(session: UnitOfWork, customer: Customer) -> None:
    """Judge the present month anew, as plan or top-ups have changed. The customer is locked."""
    month = UsageMonth.of(session.now, customer.time_zone)
    counter = await counter_of(session, customer.id, month.first_day)
    if counter is not None:
        [plan] = await plans_in_force(session, customer.id, session.now)
        await assess(session, customer, counter, plan)


async def assess(
    session: UnitOfWork, customer: Customer, counter: UsageCounter, plan: TariffPlan | None
) -> None:
    """
    Draw from top-ups what the allowance does not cover, and announce what follows.

    That is thresholds not told yet in the period, and a move of the present month's state. A
    month gone is judged by its last plan, and moves no state.
    """
    month = UsageMonth(counter.period_start, customer.time_zone)
    allowance = await _allowance(session, counter, plan, at=month.latest(session.now))
    verdict = fup.evaluate(
        used_octets=counter.metered_octets,
        allowance_octets=allowance,
        action=None if plan is None else plan.fup_action,
    )
    for threshold in verdict.thresholds:
        if threshold > counter.notified_percent:
            counter.notified_percent = threshold
            await session.announce(_reached(customer, counter, threshold, allowance or 0))
    is_present = month == UsageMonth.of(session.now, customer.time_zone)
    if is_present and counter.fup_state is not verdict.state:
        moved = _moved(customer, counter, verdict.state)
        counter.fup_state = verdict.state
        await session.announce(moved)


async def _allowance(
    session: UnitOfWork, counter: UsageCounter, plan: TariffPlan | None, *, at: datetime
) -> int | None:
    """The plan's allowance and what top-ups add to it, after drawing from them."""
    allowance = None if plan is None else plan.allowance_octets
    if not counter.draws and not fup.is_notable(counter.metered_octets, allowance):
        return allowance
    top_ups = await _usable(session, counter, at)
    need = 0 if allowance is None else max(0, counter.metered_octets - allowance)
    before = {int(top_up_id): octets for top_up_id, octets in counter.draws.items()}
    left = [
        Left(each.id, each.octets - each.used_octets) for each in top_ups if each.expires_at > at
    ]
    after = drawn(need, before, left)
    for top_up in top_ups:
        taken = after.get(top_up.id, 0) - before.get(top_up.id, 0)
        if taken:
            top_up.used_octets += taken
            top_up.updated_at = session.now
    if after != before:
        counter.draws = {str(top_up_id): octets for top_up_id, octets in after.items()}
    if allowance is None:
        return None
    usable = sum(each.octets - each.used_octets for each in top_ups if each.expires_at > at)
    return allowance + counter.drawn_octets + usable


async def _usable(session: UnitOfWork, counter: UsageCounter, at: datetime) -> list[TopUp]:
    """The top-ups good at the instant, and those the month draws from, locked; soonest first."""
    is_good = (TopUp.starts_at <= at) & (TopUp.expires_at > at)
    is_drawn = TopUp.id.in_([int(top_up_id) for top_up_id in counter.draws])
    found = await session.scalars(
        select(TopUp)
        .where(TopUp.customer_id == counter.customer_id, is_good | is_drawn)
        .order_by(TopUp.expires_at, TopUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [*found]


def _reached(
    customer: Customer, counter: UsageCounter, threshold: int, allowance_octets: int
) -> ThresholdReached:
    return ThresholdReached(
        customer_id=customer.id,
        reseller_id=customer.reseller_id,
        period_start=counter.period_start,
        threshold_percent=threshold,
        used_octets=counter.metered_octets,
        allowance_octets=allowance_octets,
    )


def _moved(customer: Customer, counter: UsageCounter, state: FupState) -> FupChanged:
    return FupChanged(
        customer_id=customer.id,
        reseller_id=customer.reseller_id,
        period_start=counter.period_start,
        from_state=counter.fup_state,
        to_state=state,
    )
