"""Billing runs: one invoice for each account and period, however often the run is repeated."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from domain.billing.charging import Charge, Service, charge_on
from domain.billing.drafting import add_draft
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import AccountStatus, InvoiceStatus, Invoicing, LineKind, SkipReason
from domain.billing.models import BillingAccount, Invoice, InvoiceLine
from domain.billing.policy import visible_accounts
from domain.customer.models import Customer
from domain.kernel.access import SYSTEM, Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.queries import current_assignments, plans_by_id

_CHUNK = 500
_MOST_DAYS_AHEAD = 31
_CHARGED = (BillingAccount.status == AccountStatus.OPEN) & (
    BillingAccount.invoicing == Invoicing.ACTIVE
)


@dataclass(frozen=True, slots=True)
class SkippedAccount:
    """An account that is invoiced in general, and why it was not in this run."""

    customer_id: int
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class BillingRun:
    """What a run did: the invoices that it issued, in order, and the accounts that it passed by."""

    on: date
    invoice_ids: tuple[int, ...]
    skipped: tuple[SkippedAccount, ...]


class BillingRunService:
    """The use case of charging all accounts."""

    async def run_billing(self, session: UnitOfWork, *, on: date | None = None) -> BillingRun:
        """
        Charge every account with ACTIVE invoicing and a plan for the period that contains ``on``.

        ``on`` is today (UTC) unless given. Repeating it issues nothing twice. All in one
        transaction, with all charged customers locked until it ends.

        Raises:
            Invalid: the day is more than 31 days ahead.
        """
        require(session.actor, Permission.BILLING_WRITE, "run billing")
        today = session.now.astimezone(UTC).date()
        on = on or today
        if on > today + timedelta(days=_MOST_DAYS_AHEAD):
            raise Invalid("on", f"must be {_MOST_DAYS_AHEAD} days ahead at most")
        issued: list[int] = []
        skipped: list[SkippedAccount] = []
        last_id = 0
        while customers := await _lock_customers(session, after=last_id):
            for customer, outcome in await self._charge(session, customers, on):
                if isinstance(outcome, Invoice):
                    issued.append(outcome.id)
                else:
                    skipped.append(SkippedAccount(customer.id, outcome))
            last_id = customers[-1].id
        return BillingRun(on, tuple(issued), tuple(skipped))

    async def _charge(
        self, session: UnitOfWork, customers: Sequence[Customer], on: date
    ) -> list[tuple[Customer, Invoice | SkipReason]]:
        accounts = await _accounts(session, customers)
        services = await _services(session, accounts, on)
        outcomes: list[tuple[Customer, Invoice | SkipReason]] = []
        for customer in customers:
            account, service = accounts.get(customer.id), services.get(customer.id)
            if account is None:
                continue
            charge = charge_on(service, on) if service else SkipReason.NO_PLAN
            if isinstance(charge, Charge):
                outcomes.append((customer, await _invoiced(session, account, customer, charge)))
            else:
                outcomes.append((customer, charge))
        return outcomes


async def _lock_customers(session: UnitOfWork, *, after: int) -> Sequence[Customer]:
    """The next customers that are charged. The weaker lock lets others refer to them meanwhile."""
    found = await session.scalars(
        select(Customer)
        .join(BillingAccount, BillingAccount.customer_id == Customer.id)
        .where(
            _CHARGED,
            visible_accounts(session.actor),
            Customer.deleted_at.is_(None),
            Customer.id > after,
        )
        .order_by(Customer.id)
        .limit(_CHUNK)
        .with_for_update(of=Customer, key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _accounts(
    session: UnitOfWork, customers: Collection[Customer]
) -> dict[int, BillingAccount]:
    """By customer; read again now that nobody can change them."""
    found = await session.scalars(
        select(BillingAccount)
        .where(_CHARGED, BillingAccount.customer_id.in_([customer.id for customer in customers]))
        .execution_options(populate_existing=True)
    )
    return {account.customer_id: account for account in found}


async def _services(
    session: UnitOfWork, accounts: dict[int, BillingAccount], on: date
) -> dict[int, Service]:
    """By customer: those on a plan at the end of the day."""
    connection = await session.connection()
    end_of_day = datetime.combine(on, time.max, UTC)
    assignments = await current_assignments(connection, SYSTEM, accounts.keys(), at=end_of_day)
    plan_ids = {assignment.tariff_plan_id for assignment in assignments.values()}
    plans = await plans_by_id(connection, SYSTEM, plan_ids)
    charged = await _charged_until(session, [account.id for account in accounts.values()])
    set_up = await _set_up(session, [assignment.id for assignment in assignments.values()])
    return {
        customer_id: Service(
            account=accounts[customer_id],
            assignment=assignment,
            plan=plans[assignment.tariff_plan_id],
            charged_until=charged.get(accounts[customer_id].id),
            is_set_up=assignment.id in set_up,
        )
        for customer_id, assignment in assignments.items()
    }


async def _charged_until(session: UnitOfWork, account_ids: Collection[int]) -> dict[int, date]:
    rows = await session.execute(
        select(Invoice.account_id, func.max(Invoice.period_to))
        .where(
            Invoice.account_id.in_(account_ids),
            Invoice.status != InvoiceStatus.VOID,
            Invoice.period_to.is_not(None),
        )
        .group_by(Invoice.account_id)
    )
    return {account_id: until for account_id, until in rows if until is not None}


async def _set_up(session: UnitOfWork, assignment_ids: Collection[int]) -> set[int]:
    rows = await session.scalars(
        select(InvoiceLine.plan_assignment_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.plan_assignment_id.in_(assignment_ids),
            InvoiceLine.kind == LineKind.SETUP,
            Invoice.status != InvoiceStatus.VOID,
        )
    )
    return {assignment_id for assignment_id in rows if assignment_id is not None}


async def _invoiced(
    session: UnitOfWork, account: BillingAccount, customer: Customer, charge: Charge
) -> Invoice:
    invoice = await add_draft(session, account, charge.lines, period=charge.period)
    await InvoiceService().issue(session, invoice, account=account, customer=customer)
    return invoice
