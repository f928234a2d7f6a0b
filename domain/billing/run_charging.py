"""What becomes of a run's items: each account is locked, looked at anew, and charged once."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select

from domain.billing.charging import Charge, Service, charge_on
from domain.billing.drafting import add_draft, priced_for
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import InvoiceStatus, ItemState, LineKind, SkipReason
from domain.billing.models import BillingAccount, Invoice, InvoiceLine
from domain.billing.pricing import totals
from domain.billing.run_models import BillingRun, BillingRunItem
from domain.billing.runs import CHARGED
from domain.customer.models import Customer
from domain.kernel.access import SYSTEM
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.queries import current_assignments, plans_by_id


async def charge_items(
    session: UnitOfWork, run: BillingRun, items: Sequence[BillingRunItem]
) -> None:
    """Charge the locked items' accounts, all in this transaction, in the order of customers."""
    ordered = sorted(items, key=lambda item: item.customer_id)
    customers = await _locked(session, [item.customer_id for item in ordered])
    accounts = await _accounts(session, customers)
    services = await _services(session, accounts, run.charged_on)
    for item in ordered:
        customer, account = customers.get(item.customer_id), accounts.get(item.customer_id)
        service = services.get(item.customer_id)
        item.done_at = session.now
        if customer is None or account is None:
            _pass_by(item, SkipReason.NOT_CHARGED)
            continue
        charge = charge_on(service, run.charged_on) if service else SkipReason.NO_PLAN
        if isinstance(charge, SkipReason):
            _pass_by(item, charge)
        elif run.is_dry_run:
            await _preview(session, item, account, charge)
        else:
            await _issue(session, item, account, customer, charge)


def _pass_by(item: BillingRunItem, reason: SkipReason) -> None:
    item.state, item.reason = ItemState.SKIPPED, reason


async def _preview(
    session: UnitOfWork, item: BillingRunItem, account: BillingAccount, charge: Charge
) -> None:
    sums = totals(await priced_for(session, account, charge.lines))
    item.state = ItemState.PREVIEWED
    item.net_minor, item.tax_minor, item.currency = sums.net_minor, sums.tax_minor, account.currency


async def _issue(
    session: UnitOfWork,
    item: BillingRunItem,
    account: BillingAccount,
    customer: Customer,
    charge: Charge,
) -> None:
    invoice = await add_draft(session, account, charge.lines, period=charge.period)
    await InvoiceService().issue(session, invoice, account=account, customer=customer)
    item.state, item.invoice_id = ItemState.ISSUED, invoice.id
    item.net_minor, item.tax_minor = invoice.net_minor, invoice.tax_minor
    item.currency = invoice.currency


async def _locked(session: UnitOfWork, customer_ids: Collection[int]) -> dict[int, Customer]:
    """By id; those who are there. The weaker lock lets others refer to them meanwhile."""
    found = await session.scalars(
        select(Customer)
        .where(Customer.id.in_(customer_ids), Customer.deleted_at.is_(None))
        .order_by(Customer.id)
        .with_for_update(of=Customer, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {customer.id: customer for customer in found}


async def _accounts(session: UnitOfWork, customers: Collection[int]) -> dict[int, BillingAccount]:
    """By customer; those that are charged still, read now that nobody can change them."""
    found = await session.scalars(
        select(BillingAccount)
        .where(CHARGED, BillingAccount.customer_id.in_(customers))
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
