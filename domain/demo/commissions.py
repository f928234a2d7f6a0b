"""What the resellers earned on their customers' paid invoices, settled month by month."""

from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.demo.clock import Clock
from domain.demo.event_log import EventLog
from domain.demo.ledgers import Document, Ledger
from domain.demo.loading import Loader
from domain.demo.staff import Staff
from domain.kernel.money import Money
from domain.reseller.commission import commission_on, period_of
from domain.reseller.events import CommissionAccrued, CommissionSettled
from domain.reseller.models import (
    CommissionEntry,
    CommissionKind,
    CommissionSettlement,
    CommissionState,
)
from domain.tariff.periods import UsageMonth

_ACCRUED_AFTER = timedelta(seconds=1)
#: A month goes on its statement this long after its end.
_SETTLED_AFTER = timedelta(days=4, hours=9)
_SUMS = text(
    """
    select reseller_id, currency, period, sum(amount_minor)::bigint, count(*)
    from reseller.commission_entries where state = 'ACCRUED'
    group by reseller_id, currency, period order by period, reseller_id
    """
)
_SETTLE = text(
    """
    update reseller.commission_entries entry
    set state = 'SETTLED', settlement_id = settlement.id
    from reseller.commission_settlements settlement
    where settlement.reseller_id = entry.reseller_id and settlement.currency = entry.currency
        and entry.state = 'ACCRUED' and settlement.id >= :first_id
        and entry.period = to_char(settlement.settled_until at time zone 'UTC' - interval '1 day',
                                   'YYYY-MM')
    """
)


class CommissionRows:
    """Adds an entry for each paid invoice of a reseller's customer, and statements of them."""

    def __init__(self, loader: Loader, log: EventLog, staff: Staff, clock: Clock) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock

    def accrue(self, ledger: Ledger, document: Document, at: datetime) -> None:
        """What the customer's reseller, if any, earned when the invoice was paid."""
        person = ledger.person
        if person.reseller_id is None:
            return
        rate = self._staff.shares[person.reseller_id]
        net = Money(document.net_minor, ledger.account.currency)
        entry_id = self._loader.new_id(CommissionEntry)
        self._loader.add(
            CommissionEntry,
            id=entry_id,
            reseller_id=person.reseller_id,
            customer_id=person.id,
            invoice_id=document.id,
            invoice_number=document.number,
            kind=CommissionKind.ACCRUAL,
            base_minor=net.minor,
            rate_percent=rate,
            amount_minor=commission_on(net, rate).minor,
            currency=net.currency,
            period=period_of(at),
            earned_at=at,
            state=CommissionState.ACCRUED,
        )
        accrued = CommissionAccrued(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            entry_id=entry_id,
            kind=CommissionKind.ACCRUAL,
            invoice_id=document.id,
            period=period_of(at),
        )
        if self._clock.is_told(at):
            self._log.tell(at + _ACCRUED_AFTER, "system", accrued)

    async def settle(self, connection: AsyncConnection) -> None:
        """Put each month that ended long enough ago on a statement of each reseller's."""
        await self._loader.flush()
        first_id: int | None = None
        for reseller_id, currency, period, total_minor, count in await connection.execute(_SUMS):
            until = UsageMonth(date.fromisoformat(f"{period}-01")).ends_at
            settled_at = until + _SETTLED_AFTER
            if settled_at > self._clock.now:
                continue
            settlement_id = self._loader.new_id(CommissionSettlement)
            first_id = first_id or settlement_id
            self._loader.add(
                CommissionSettlement,
                id=settlement_id,
                reseller_id=reseller_id,
                currency=currency,
                total_minor=total_minor,
                entry_count=count,
                settled_until=until,
                settled_by=self._staff.billing,
                settled_at=settled_at,
            )
            settled = CommissionSettled(
                reseller_id=reseller_id, settlement_id=settlement_id, entry_count=count
            )
            self._log.tell(settled_at, self._staff.billing, settled)
        await self._loader.flush()
        await connection.execute(_SETTLE, {"first_id": first_id or 0})
