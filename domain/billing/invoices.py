"""What may be done to an invoice: drafted, issued, voided; issued content never changes."""

from datetime import UTC, timedelta

from domain.billing.accounts import AccountService
from domain.billing.commands import DraftInvoice
from domain.billing.credit_notes import CreditNoteService
from domain.billing.drafting import add_draft, buyer_of
from domain.billing.errors import InvoiceHasPayments
from domain.billing.events import InvoiceIssued, InvoicePaid, InvoiceVoided
from domain.billing.kinds import InvoiceStatus, PostingKind
from domain.billing.ledger import post
from domain.billing.models import BillingAccount, Invoice
from domain.billing.numbering import next_number
from domain.billing.postings import Legs, charged, of_invoice
from domain.billing.pricing import checked_lines
from domain.billing.reaching import locked_invoice
from domain.billing.settlement import settle, unspent_payments
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, InvalidTransition
from domain.kernel.unit_of_work import UnitOfWork

PREFIX = "INV"

_ARROWS: dict[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.DRAFT: frozenset({InvoiceStatus.ISSUED, InvoiceStatus.VOID}),
    InvoiceStatus.ISSUED: frozenset({InvoiceStatus.VOID}),
    InvoiceStatus.VOID: frozenset(),
}


class InvoiceService:
    """The use cases of invoices. Stateless; each takes the customer's lock first."""

    async def draft_invoice(self, session: UnitOfWork, command: DraftInvoice) -> Invoice:
        """
        Draft an invoice: it has no number and demands nothing until issued.

        Raises:
            CustomerNotFound, Invalid.
            WrongCurrency: a line is not in the account's currency.
        """
        require(session.actor, Permission.BILLING_WRITE, "draft invoices")
        customer = await CustomerService().locked(session, command.customer_id)
        account = await AccountService().of(session, customer)
        lines = checked_lines(command.lines, currency=account.currency)
        return await add_draft(session, account, lines)

    async def issue_invoice(
        self, session: UnitOfWork, invoice_id: int, *, expected_version: int | None = None
    ) -> Invoice:
        """
        Give the draft its number, dates and buyer; pay it from the account's credit, if any.

        Announces ``billing.invoice.issued``, and ``billing.invoice.paid`` if nothing is left due.

        Raises:
            InvoiceNotFound, VersionConflict.
            InvalidTransition: it is not a draft.
            Conflict: its total is below zero.
        """
        require(session.actor, Permission.BILLING_WRITE, "issue invoices")
        customer, invoice = await locked_invoice(session, invoice_id, expected_version)
        _check_arrow(invoice, InvoiceStatus.ISSUED)
        if invoice.total_minor < 0:
            raise Conflict("An invoice cannot have a total below zero", path=["invoiceId"])
        account = await AccountService().of(session, customer)
        await self.issue(session, invoice, account=account, customer=customer)
        return invoice

    async def void_invoice(
        self,
        session: UnitOfWork,
        invoice_id: int,
        *,
        reason: str,
        expected_version: int | None = None,
    ) -> Invoice:
        """
        Withdraw an invoice: an issued one by a credit note of all that is left of it, so it keeps
        its number and content; a draft is discarded.

        Announces ``billing.credit_note.issued`` and ``billing.invoice.voided`` if it had been
        issued.

        Raises:
            InvoiceNotFound, VersionConflict, Invalid.
            InvalidTransition: it is void already.
            InvoiceHasPayments: money has been allocated to it, or it was written off.
        """
        require(session.actor, Permission.BILLING_WRITE, "void invoices")
        customer, invoice = await locked_invoice(session, invoice_id, expected_version)
        reason = values.text(reason, "reason", longest=500)
        _check_arrow(invoice, InvoiceStatus.VOID)
        if invoice.paid_minor > invoice.credited_minor:
            raise InvoiceHasPayments(invoice.number or "")
        if invoice.number is not None:
            await CreditNoteService().credit_in_full(session, customer, invoice, note=reason)
        invoice.status, invoice.void_reason = InvoiceStatus.VOID, reason
        invoice.voided_at = invoice.updated_at = session.now
        if invoice.number is not None:
            await session.announce(InvoiceVoided.of(invoice, reseller_id=customer.reseller_id))
        account = await AccountService().of(session, customer)
        await AccountService().close_if_settled(session, account, customer)
        return invoice

    async def issue(
        self,
        session: UnitOfWork,
        invoice: Invoice,
        *,
        account: BillingAccount,
        customer: Customer,
    ) -> None:
        """Issue the draft of the locked customer; ``issue_invoice`` without its checks."""
        number = await next_number(session, PREFIX, session.now.astimezone(UTC).date())
        invoice.status, invoice.number = InvoiceStatus.ISSUED, number.text
        invoice.issued_on = number.issued_on
        invoice.due_on = number.issued_on + timedelta(days=account.payment_term_days)
        invoice.issued_at = invoice.updated_at = session.now
        invoice.buyer = buyer_of(account, customer, number.issued_on)
        await session.announce(InvoiceIssued.of(invoice, reseller_id=customer.reseller_id))
        await post(session, of_invoice(PostingKind.INVOICE, invoice, _charge(invoice)))
        credit = await unspent_payments(session, account.id)
        await settle(session, payments=credit, invoices=[invoice])
        if not invoice.due_minor:
            await session.announce(InvoicePaid.of(invoice, reseller_id=customer.reseller_id))


def _charge(invoice: Invoice) -> Legs:
    return charged(net_minor=invoice.net_minor, tax_minor=invoice.tax_minor)


def _check_arrow(invoice: Invoice, requested: InvoiceStatus) -> None:
    allowed = _ARROWS[invoice.status]
    if requested not in allowed:
        raise InvalidTransition(
            "status", current=invoice.status, requested=requested, allowed=sorted(allowed)
        )
