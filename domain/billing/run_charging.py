"""What becomes of a run's items: each account is locked, looked at anew, and charged once."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain.billing.charging import Charge, Credit, charge_on
from domain.billing.credit_notes import CreditNoteService
from domain.billing.drafting import add_draft, priced_for
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import CreditReason, ItemState, SkipReason
from domain.billing.models import BillingAccount, Invoice
from domain.billing.pricing import totals
from domain.billing.run_models import BillingRun, BillingRunItem
from domain.billing.run_services import services_of
from domain.billing.runs import CHARGED
from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork


class _Draft(NamedTuple):
    item: BillingRunItem
    invoice: Invoice
    account: BillingAccount
    customer: Customer


async def charge_items(
    session: UnitOfWork, run: BillingRun, items: Sequence[BillingRunItem]
) -> None:
    """Charge the locked items' accounts, all in this transaction, in the order of customers."""
    ordered = sorted(items, key=lambda item: item.customer_id)
    customers = await _locked(session, [item.customer_id for item in ordered])
    accounts = await _accounts(session, customers)
    services = await services_of(session, accounts, run.charged_on)
    drafts: list[_Draft] = []
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
            drafts.append(await _drafted(session, item, account, customer, charge))
    # Numbers of credit notes are taken before those of invoices, by every worker, and both late:
    # whoever issues anything waits for them until this transaction ends.
    for draft in drafts:
        await _issue(session, draft)


def _pass_by(item: BillingRunItem, reason: SkipReason) -> None:
    item.state, item.reason = ItemState.SKIPPED, reason


async def _preview(
    session: UnitOfWork, item: BillingRunItem, account: BillingAccount, charge: Charge
) -> None:
    sums = totals(await priced_for(session, account, charge.lines))
    item.state = ItemState.PREVIEWED
    item.net_minor, item.tax_minor, item.currency = sums.net_minor, sums.tax_minor, account.currency


async def _drafted(
    session: UnitOfWork,
    item: BillingRunItem,
    account: BillingAccount,
    customer: Customer,
    charge: Charge,
) -> _Draft:
    if charge.credit is not None:
        await _take_back(session, charge.credit)
    invoice = await add_draft(session, account, charge.lines, period=charge.period)
    return _Draft(item, invoice, account, customer)


async def _issue(session: UnitOfWork, draft: _Draft) -> None:
    item, invoice = draft.item, draft.invoice
    await InvoiceService().issue(session, invoice, account=draft.account, customer=draft.customer)
    item.state, item.invoice_id = ItemState.ISSUED, invoice.id
    item.net_minor, item.tax_minor = invoice.net_minor, invoice.tax_minor
    item.currency = invoice.currency


async def _take_back(session: UnitOfWork, credit: Credit) -> None:
    """What was paid for and did not serve is credit, by which the new charge is paid first."""
    await CreditNoteService().issue_credit_note(
        session,
        credit.invoice_id,
        reason=CreditReason.PLAN_CHANGE,
        lines={credit.position: credit.net},
    )


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
