"""Months of usage closed at their end, so that what is billed of them stands."""

from datetime import date

from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, require
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.assignments import plans_in_force
from domain.tariff.counters import counter_of
from domain.tariff.enforcement import assess
from domain.tariff.errors import UsagePeriodOpen
from domain.tariff.events import UsagePeriodClosed
from domain.tariff.models import TariffPlan
from domain.tariff.overage import Overage, overage
from domain.tariff.periods import UsageMonth
from domain.tariff.usage_models import UsageCounter


class UsageClosingService:
    """The end of months of usage."""

    async def close_month(
        self, session: UnitOfWork, customer_id: int, period_start: date
    ) -> Overage | None:
        """
        Close the month and return the overage to bill; None if there is none or no such month.

        Whatever comes for it later is counted in the month it comes in, so what was billed
        stands. Closing again changes nothing and returns the same. Announces
        ``tariff.usage_period.closed``.

        Raises:
            CustomerNotFound.
            UsagePeriodOpen: the month has not ended where the customer is.
        """
        require(session.actor, Permission.BILLING_WRITE, "close months of usage")
        customer = await CustomerService().locked(session, customer_id)
        counter = await counter_of(session, customer_id, period_start)
        if counter is None:
            return None
        if counter.ends_at > session.now:
            raise UsagePeriodOpen(period_start)
        month = UsageMonth(period_start, customer.time_zone)
        [plan] = await plans_in_force(session, customer_id, month.latest(session.now))
        if counter.closed_at is not None:
            return _overage(counter, plan)
        await assess(session, customer, counter, plan)
        return await self._close(session, customer, counter, plan)

    async def _close(
        self,
        session: UnitOfWork,
        customer: Customer,
        counter: UsageCounter,
        plan: TariffPlan | None,
    ) -> Overage | None:
        due = _overage(counter, plan)
        counter.closed_at = counter.updated_at = session.now
        await session.announce(
            UsagePeriodClosed(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                period_start=counter.period_start,
                overage_octets=0 if due is None else due.octets,
                overage_minor=0 if due is None else due.amount.minor,
                currency=None if due is None else due.amount.currency,
            )
        )
        return due


def _overage(counter: UsageCounter, plan: TariffPlan | None) -> Overage | None:
    if plan is None or plan.overage_price_minor is None:
        return None
    return overage(
        metered_octets=counter.metered_octets,
        allowance_octets=plan.allowance_octets,
        drawn_octets=counter.drawn_octets,
        block_octets=plan.overage_block_octets,
        price=Money(plan.overage_price_minor, plan.currency),
    )
