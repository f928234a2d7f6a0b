"""How a use case gets to the invoice that it changes: by the actor's scope, and its locks."""

from sqlalchemy import select

from domain.billing.errors import InvoiceNotFound
from domain.billing.models import Invoice
from domain.billing.policy import visible_invoices
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel.errors import VersionConflict
from domain.kernel.unit_of_work import UnitOfWork


async def locked_invoice(
    session: UnitOfWork, invoice_id: int, expected_version: int | None
) -> tuple[Customer, Invoice]:
    """
    The visible invoice and its customer, both locked until the transaction ends.

    Raises:
        InvoiceNotFound, CustomerNotFound.
        VersionConflict: the invoice is not of the version expected, if any is.
    """
    visible = visible_invoices(session.actor)
    customer_id = await session.scalar(
        select(Invoice.customer_id).where(Invoice.id == invoice_id, visible)
    )
    if customer_id is None:
        raise InvoiceNotFound(invoice_id)
    customer = await CustomerService().locked(session, customer_id)
    invoice = await session.locked(Invoice, Invoice.id == invoice_id)
    if invoice is None:
        raise InvoiceNotFound(invoice_id)
    if expected_version not in (None, invoice.version):
        raise VersionConflict("invoice", current_version=invoice.version)
    return customer, invoice
