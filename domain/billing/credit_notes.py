"""Credit notes: the only way in which an issued invoice is taken back, in part or in whole."""

from collections.abc import Mapping, Sequence
from datetime import UTC

from sqlalchemy import func, select

from domain.billing.accounts import AccountService
from domain.billing.credit_models import CreditNote, CreditNoteLine
from domain.billing.crediting import Creditable, Credited, credit_all, credit_some
from domain.billing.events import CreditNoteIssued, InvoicePaid
from domain.billing.kinds import CreditReason, InvoiceStatus, PostingKind
from domain.billing.ledger import post
from domain.billing.models import Invoice, InvoiceLine
from domain.billing.numbering import next_number
from domain.billing.postings import charged, of_credit_note, opposite
from domain.billing.reaching import locked_invoice
from domain.billing.settlement import free, open_invoices, settle, unspent_payments
from domain.customer.models import Customer
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

PREFIX = "CN"
_MOST_LINES = 200


class CreditNoteService:
    """The use cases of credit notes. Stateless; each takes the customer's lock first."""

    async def issue_credit_note(
        self,
        session: UnitOfWork,
        invoice_id: int,
        *,
        reason: CreditReason,
        note: str | None = None,
        lines: Mapping[int, Money] | None = None,
        expected_version: int | None = None,
    ) -> CreditNote:
        """
        Take back ``lines`` (position → net amount) of an issued invoice, or all that is left.

        What is due on the invoice falls; what had been paid beyond becomes credit, which pays
        other invoices that are due. Announces ``billing.credit_note.issued``, and
        ``billing.invoice.paid`` for each invoice that this leaves paid in full.

        Raises:
            InvoiceNotFound, VersionConflict, Invalid.
            Conflict: the invoice is not issued, was written off, or less is left of it.
        """
        require(session.actor, Permission.BILLING_WRITE, "issue credit notes")
        customer, invoice = await locked_invoice(session, invoice_id, expected_version)
        if invoice.status is not InvoiceStatus.ISSUED:
            raise Conflict("Only an issued invoice can be credited", path=["invoiceId"])
        if invoice.written_off_minor:
            raise Conflict("A written-off invoice cannot be credited", path=["invoiceId"])
        if reason is CreditReason.VOID:
            raise Invalid("reason", "is given by voiding the invoice")
        left = await _left(session, invoice)
        credited = _chosen(left, lines, currency=invoice.currency)
        issued = await self.issue(
            session, customer, invoice, credited, reason=reason, note=_checked_note(note)
        )
        account = await AccountService().of(session, customer)
        await AccountService().close_if_settled(session, account, customer)
        return issued

    async def credit_in_full(
        self, session: UnitOfWork, customer: Customer, invoice: Invoice, *, note: str
    ) -> CreditNote:
        """Take back all that is left of the locked invoice, which is void by that."""
        credited = credit_all(await _left(session, invoice))
        return await self.issue(
            session, customer, invoice, credited, reason=CreditReason.VOID, note=note
        )

    async def issue(
        self,
        session: UnitOfWork,
        customer: Customer,
        invoice: Invoice,
        credited: Sequence[Credited],
        *,
        reason: CreditReason,
        note: str | None,
    ) -> CreditNote:
        """Issue a note of these lines; ``issue_credit_note`` without its checks."""
        credit_note = await _numbered(session, invoice, credited, reason=reason, note=note)
        was_due = invoice.due_minor > 0
        surplus = credit_note.total_minor - credit_note.offset_minor
        await _book(session, invoice, credit_note, surplus)
        reseller_id = customer.reseller_id
        await session.announce(CreditNoteIssued.of(credit_note, invoice, reseller_id=reseller_id))
        paid_by_money = invoice.paid_minor > invoice.credited_minor
        if was_due and not invoice.due_minor and paid_by_money:
            await session.announce(InvoicePaid.of(invoice, reseller_id=reseller_id))
        if surplus:
            await _spend(session, invoice.account_id, reseller_id=reseller_id)
        return credit_note


def _chosen(
    left: Sequence[Creditable], lines: Mapping[int, Money] | None, *, currency: str
) -> list[Credited]:
    if lines is not None and not 1 <= len(lines) <= _MOST_LINES:
        raise Invalid("lines", f"must be 1 to {_MOST_LINES}")
    credited = credit_all(left) if lines is None else credit_some(left, lines, currency=currency)
    if not credited:
        raise Conflict("Nothing is left of the invoice", path=["invoiceId"])
    return credited


def _checked_note(note: str | None) -> str | None:
    return None if note is None else values.text(note, "note", longest=500)


async def _left(session: UnitOfWork, invoice: Invoice) -> list[Creditable]:
    """What earlier notes left of each line of the locked invoice, in order."""
    taken = (
        select(
            CreditNoteLine.invoice_line_id.label("line_id"),
            func.sum(CreditNoteLine.net_minor).label("net"),
            func.sum(CreditNoteLine.tax_minor).label("tax"),
        )
        .group_by(CreditNoteLine.invoice_line_id)
        .subquery()
    )
    rows = await session.execute(
        select(InvoiceLine, func.coalesce(taken.c.net, 0), func.coalesce(taken.c.tax, 0))
        .outerjoin(taken, taken.c.line_id == InvoiceLine.id)
        .where(InvoiceLine.invoice_id == invoice.id)
        .order_by(InvoiceLine.position)
    )
    return [
        Creditable(
            line_id=line.id,
            position=line.position,
            tax_percent=line.tax_percent,
            net_minor=line.net_minor - int(net),
            tax_minor=line.tax_minor - int(tax),
        )
        for line, net, tax in rows
    ]


async def _numbered(
    session: UnitOfWork,
    invoice: Invoice,
    credited: Sequence[Credited],
    *,
    reason: CreditReason,
    note: str | None,
) -> CreditNote:
    number = await next_number(session, PREFIX, session.now.astimezone(UTC).date())
    net = sum(line.net_minor for line in credited)
    tax = sum(line.tax_minor for line in credited)
    credit_note = CreditNote(
        account_id=invoice.account_id,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        number=number.text,
        reason=reason,
        note=note,
        currency=invoice.currency,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        offset_minor=min(invoice.due_minor, net + tax),
        issued_on=number.issued_on,
        issued_at=session.now,
    )
    session.add(credit_note)
    await session.flush()
    session.add_all(
        CreditNoteLine(
            credit_note_id=credit_note.id,
            invoice_line_id=line.line_id,
            net_minor=line.net_minor,
            tax_minor=line.tax_minor,
        )
        for line in credited
    )
    return credit_note


async def _book(
    session: UnitOfWork, invoice: Invoice, credit_note: CreditNote, surplus: int
) -> None:
    """Take the charge back; what had been paid of it is freed first."""
    if surplus:
        await free(session, invoice, surplus)
    invoice.paid_minor += credit_note.total_minor
    invoice.credited_minor += credit_note.total_minor
    invoice.credited_net_minor += credit_note.net_minor
    invoice.updated_at = session.now
    charge = charged(net_minor=credit_note.net_minor, tax_minor=credit_note.tax_minor)
    await post(session, of_credit_note(PostingKind.CREDIT_NOTE, credit_note, opposite(charge)))


async def _spend(session: UnitOfWork, account_id: int, *, reseller_id: int | None) -> None:
    """Pay what else is due with the account's credit."""
    credit = await unspent_payments(session, account_id)
    paid = await settle(session, payments=credit, invoices=await open_invoices(session, account_id))
    for invoice in paid:
        await session.announce(InvoicePaid.of(invoice, reseller_id=reseller_id))
