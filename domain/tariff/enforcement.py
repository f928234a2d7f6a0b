"""Fair use enforced: a counter judged under the plan that counts, and what follows announced."""

from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff import fup
from domain.tariff.assignments import plan_in_force
from domain.tariff.counters import counter_of
from domain.tariff.events import FupChanged, ThresholdReached
from domain.tariff.models import FupState, UsageCounter
from domain.tariff.periods import UsageMonth


async def reassess(session: UnitOfWork, customer: Customer) -> None:
    """Judge the present month anew, as the plan has changed. The customer is locked."""
    counter = await counter_of(session, customer.id, UsageMonth.of(session.now).first_day)
    if counter is not None:
        await assess(session, customer, counter)


async def assess(session: UnitOfWork, customer: Customer, counter: UsageCounter) -> None:
    """
    Announce thresholds not told yet in the period, and a move of the present month's state.

    A month gone is judged by its last plan, and moves no state.
    """
    month = UsageMonth(counter.period_start)
    plan = await plan_in_force(session, customer.id, month.latest(session.now))
    allowance = None if plan is None else plan.allowance_octets
    verdict = fup.evaluate(
        used_octets=counter.downloaded_octets + counter.uploaded_octets,
        allowance_octets=allowance,
        action=None if plan is None else plan.fup_action,
    )
    for threshold in verdict.thresholds:
        if threshold > counter.notified_percent:
            counter.notified_percent = threshold
            await session.announce(_reached(customer, counter, threshold, allowance or 0))
    if month == UsageMonth.of(session.now) and counter.fup_state is not verdict.state:
        moved = _moved(customer, counter, verdict.state)
        counter.fup_state = verdict.state
        await session.announce(moved)


def _reached(
    customer: Customer, counter: UsageCounter, threshold: int, allowance_octets: int
) -> ThresholdReached:
    return ThresholdReached(
        customer_id=customer.id,
        reseller_id=customer.reseller_id,
        period_start=counter.period_start,
        threshold_percent=threshold,
        used_octets=counter.downloaded_octets + counter.uploaded_octets,
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
