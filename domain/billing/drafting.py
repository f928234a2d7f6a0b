"""How an invoice comes to be: priced lines under a draft, and who it will be made out to."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from domain.billing.commands import NewLine
from domain.billing.kinds import InvoiceStatus
from domain.billing.models import BillingAccount, Invoice, InvoiceLine
from domain.billing.periods import BillingPeriod
from domain.billing.pricing import PricedLine, priced, totals
from domain.billing.tax import is_exempt, tax_percent_for
from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork


async def priced_for(
    session: UnitOfWork, account: BillingAccount, lines: Sequence[NewLine]
) -> list[PricedLine]:
    """The lines as the account is charged them today."""
    percent, included = await tax_percent_for(session, account), account.prices_include_tax
    return [priced(line, tax_percent=percent, tax_included=included) for line in lines]


async def add_draft(
    session: UnitOfWork,
    account: BillingAccount,
    lines: Sequence[NewLine],
    *,
    period: BillingPeriod | None = None,
) -> Invoice:
    """A draft of the account's with these lines, in this order; ``period`` if a run charges one."""
    charged = await priced_for(session, account, lines)
    sums = totals(charged)
    invoice = Invoice(
        account_id=account.id,
        customer_id=account.customer_id,
        status=InvoiceStatus.DRAFT,
        currency=account.currency,
        net_minor=sums.net_minor,
        tax_minor=sums.tax_minor,
        total_minor=sums.total_minor,
        paid_minor=0,
        credited_minor=0,
        credited_net_minor=0,
        written_off_minor=0,
        period_from=period and period.starts_on,
        period_to=period and period.ends_on,
        created_at=session.now,
        updated_at=session.now,
    )
    session.add(invoice)
    await session.flush()
    session.add_all(
        InvoiceLine(invoice_id=invoice.id, position=position, **asdict(line))
        for position, line in enumerate(charged, start=1)
    )
    await session.flush()
    return invoice


def buyer_of(account: BillingAccount, customer: Customer, on: date) -> dict[str, Any]:
    """
    Who an invoice issued on the day is made out to, and why it bears no tax if it does not.

    EU VAT directive, art. 226(4), (5) and (11).
    """
    return {
        "name": customer.company_name or customer.display_name,
        "tax_id": customer.tax_id,
        "email": account.email,
        "customer_number": customer.customer_number,
        "account_number": account.number,
        "tax_exemption": account.tax_exemption if is_exempt(account, on) else None,
        "address": account.billing_address,
    }
