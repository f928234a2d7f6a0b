"""Late fees: an invoice of their own, with a line for each overdue invoice, once for each stage."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from domain.billing.commands import NewLine
from domain.billing.drafting import add_draft
from domain.billing.dunning import Step
from domain.billing.dunning_models import LateFee
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import LineKind
from domain.billing.models import BillingAccount, Invoice
from domain.billing.pricing import MOST_LINES
from domain.customer.models import Customer
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

#: A fee for late payment makes good a loss and pays for no supply: it bears no tax
#: (Court of Justice of the EU, C-222/81, BAZ Bausystem).
_TAX = Decimal(0)


async def charge_late_fees(
    session: UnitOfWork,
    account: BillingAccount,
    customer: Customer,
    step: Step,
    overdue: Sequence[Invoice],
) -> Invoice | None:
    """
    Issue one invoice with the step's fee for each overdue invoice not yet charged at the stage.

    Invoices of late fees are charged none. None if there is nothing to charge.
    """
    charged = await _not_to_charge(session, step, [invoice.id for invoice in overdue])
    left = [invoice for invoice in overdue if invoice.id not in charged][:MOST_LINES]
    if not left:
        return None
    lines = [_line(step, invoice) for invoice in left]
    fee = await add_draft(session, account, lines)
    await InvoiceService().issue(session, fee, account=account, customer=customer)
    session.add_all(
        LateFee(invoice_id=invoice.id, stage=step.stage, fee_invoice_id=fee.id) for invoice in left
    )
    await session.flush()
    return fee


async def _not_to_charge(session: UnitOfWork, step: Step, invoice_ids: list[int]) -> set[int]:
    rows = await session.execute(
        select(LateFee.invoice_id, LateFee.stage, LateFee.fee_invoice_id).where(
            LateFee.invoice_id.in_(invoice_ids) | LateFee.fee_invoice_id.in_(invoice_ids)
        )
    )
    found = set()
    for invoice_id, stage, fee_invoice_id in rows:
        found.add(fee_invoice_id)
        if stage is step.stage:
            found.add(invoice_id)
    return found


def _line(step: Step, invoice: Invoice) -> NewLine:
    return NewLine(
        kind=LineKind.LATE_FEE,
        description=f"Late payment of {invoice.number}",
        unit_price=Money(step.late_fee_minor, invoice.currency),
        tax_percent=_TAX,
    )
