"""A year of bookkeeping, day by day: a billing run at midnight, then the payments of the day."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing.events import BillingAccountClosed
from domain.billing.kinds import AccountStatus
from domain.billing.models import BillingAccount, Payment
from domain.billing.periods import billing_period
from domain.customer.models import CustomerStatus
from domain.demo.assignments import in_force
from domain.demo.clock import Clock, midnight
from domain.demo.commissions import CommissionRows
from domain.demo.event_log import EventLog
from domain.demo.habits import Promise, promise_for
from domain.demo.invoicing import InvoiceRows
from domain.demo.ledgers import Ledger
from domain.demo.loading import Loader
from domain.demo.receipts import PaymentRows
from domain.tariff.periods import MONTHS

_MISTAKE_DAYS_AGO = 40
_ISSUE = text(
    """
    with paid as (
        select invoice_id, sum(amount_minor)::bigint as minor, count(*) as parts,
            max(created_at) as at
        from billing.payment_allocations group by invoice_id
    ), known as (
        select invoice.id, coalesce(paid.minor, 0) as minor, coalesce(paid.parts, 0) as parts,
            coalesce(paid.at, invoice.updated_at) as at
        from billing.invoices invoice left join paid on paid.invoice_id = invoice.id
        where invoice.status = 'DRAFT' and invoice.number is not null
    )
    update billing.invoices invoice
    set status = case when invoice.voided_at is null then 'ISSUED' else 'VOID' end,
        paid_minor = known.minor, version = invoice.version + known.parts, updated_at = known.at
    from known where known.id = invoice.id
    """
)


class Books:
    """Keeps the ledgers through the year."""

    def __init__(
        self,
        connection: AsyncConnection,
        loader: Loader,
        log: EventLog,
        clock: Clock,
        *,
        invoices: InvoiceRows,
        payments: PaymentRows,
        commissions: CommissionRows,
    ) -> None:
        self._connection = connection
        self._loader = loader
        self._log = log
        self._clock = clock
        self._invoices = invoices
        self._payments = payments
        self._commissions = commissions
        self._runs: defaultdict[date, list[Ledger]] = defaultdict(list)
        self._promises: defaultdict[date, list[tuple[Ledger, Promise]]] = defaultdict(list)

    async def keep(self, ledgers: Sequence[Ledger], progress: Callable[[int, int], None]) -> None:
        """Fill the year and close it: every invoice issued, every month settled."""
        for ledger in ledgers:
            self._begin(ledger)
        days = (self._clock.today - self._clock.horizon).days
        for number in range(days + 1):
            day = self._clock.horizon + timedelta(days=number)
            self._run(day)
            if ledgers and number == days - _MISTAKE_DAYS_AGO:
                self._invoices.mistake(ledgers[0], midnight(day) + timedelta(hours=10))
            self._receive(day)
            if self._loader.is_full:
                await self._loader.flush()
                await self._log.flush()
            progress(number, days)
        await self._close(ledgers)

    def _begin(self, ledger: Ledger) -> None:
        """Take over what was charged before the year."""
        horizon = self._clock.horizon
        assignment = in_force(ledger.assignments, midnight(horizon))
        if assignment is not None and ledger.charged_time(horizon) is not None:
            period = billing_period(
                horizon,
                billing_day=ledger.account.billing_day,
                months=MONTHS[assignment.billing_cycle],
                anchor=assignment.started_at.date(),
            )
            starts_now = period.starts_on == horizon
            ledger.charged_until = horizon if starts_now else period.ends_on
            ledger.set_up.add(assignment.id)
        self._schedule(ledger)

    def _schedule(self, ledger: Ledger) -> None:
        day = ledger.next_run()
        if day is not None and day <= self._clock.today:
            self._runs[max(day, self._clock.horizon)].append(ledger)

    def _run(self, day: date) -> None:
        at = midnight(day)
        for ledger in self._runs.pop(day, ()):
            document = self._invoices.charge(ledger, day)
            if document is None:
                continue
            ledger.open.append(document)
            self._payments.spend_credit(ledger, at)
            promise = promise_for(ledger, document, self._clock)
            if promise is not None and promise.at <= self._clock.now:
                self._promises[promise.at.date()].append((ledger, promise))
            self._schedule(ledger)

    def _receive(self, day: date) -> None:
        promises = self._promises.pop(day, [])
        for ledger, promise in sorted(promises, key=lambda entry: entry[1].at):
            self._payments.receive(ledger, promise)

    async def _close(self, ledgers: Sequence[Ledger]) -> None:
        self._invoices.close()
        await self._loader.flush()
        await self._connection.execute(_ISSUE)
        for payment_id, minor in self._payments.spent_later.items():
            await self._connection.execute(
                update(Payment)
                .where(Payment.id == payment_id)
                .values(allocated_minor=Payment.allocated_minor + minor)
            )
        await self._connection.execute(text("select billing.post_unposted()"))
        await self._close_accounts(ledgers)
        await self._commissions.settle(self._connection)

    async def _close_accounts(self, ledgers: Sequence[Ledger]) -> None:
        """Close the accounts of customers who are gone and settled all."""
        gone = [
            ledger
            for ledger in ledgers
            if ledger.person.status is CustomerStatus.CLOSED
            and not ledger.open
            and not ledger.credit
        ]
        await self._connection.execute(
            update(BillingAccount)
            .where(BillingAccount.id.in_([ledger.account.id for ledger in gone]))
            .values(status=AccountStatus.CLOSED)
        )
        for ledger in gone:
            person = ledger.person
            closed = BillingAccountClosed(
                customer_id=person.id,
                reseller_id=person.reseller_id,
                account_id=ledger.account.id,
            )
            self._log.tell(
                max(person.changed_at, ledger.settled_at or person.changed_at), "system", closed
            )
