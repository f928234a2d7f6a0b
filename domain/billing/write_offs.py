"""Write-offs: what is due on an invoice is given up, and the invoice stays as it is."""

from domain.billing.accounts import AccountService
from domain.billing.errors import InvoiceNotPayable
from domain.billing.events import InvoiceWrittenOff
from domain.billing.kinds import PostingKind
from domain.billing.ledger import post
from domain.billing.models import Invoice
from domain.billing.postings import given_up, of_invoice
from domain.billing.reaching import locked_invoice
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.unit_of_work import UnitOfWork


class WriteOffService:
    """The use case of giving a debt up. Stateless; it takes the customer's lock first."""

    async def write_off_invoice(
        self,
        session: UnitOfWork,
        invoice_id: int,
        *,
        reason: str,
        expected_version: int | None = None,
    ) -> Invoice:
        """
        Give up all that is due on an issued invoice: it is bad debt, and nothing is due any more.

        Announces ``billing.invoice.written_off``.

        Raises:
            InvoiceNotFound, VersionConflict, Invalid.
            InvoiceNotPayable: nothing is due on it.
        """
        require(session.actor, Permission.BILLING_WRITE, "write off invoices")
        customer, invoice = await locked_invoice(session, invoice_id, expected_version)
        reason = values.text(reason, "reason", longest=500)
        minor = invoice.due_minor
        if not minor:
            raise InvoiceNotPayable(invoice.id, field="invoiceId")
        invoice.paid_minor += minor
        invoice.written_off_minor += minor
        invoice.write_off_reason = reason
        invoice.written_off_at = invoice.updated_at = session.now
        await post(session, of_invoice(PostingKind.WRITE_OFF, invoice, given_up(minor)))
        await session.announce(
            InvoiceWrittenOff.of_debt(invoice, minor, reseller_id=customer.reseller_id)
        )
        account = await AccountService().of(session, customer)
        await AccountService().close_if_settled(session, account, customer)
        return invoice
