"""The tables of credit notes: what is taken back of issued invoices, line by line."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import CreditReason
from domain.kernel.base import BigInt, Key, Model


class CreditNote(Model):
    """
    A document that takes back a part of one issued invoice, or all of it: numbered, unchangeable.

    ``offset_minor`` of its total was still due on the invoice; the rest had been paid and became
    the customer's credit again. A trigger refuses changes, but that a note is forgotten.
    """

    __tablename__ = "credit_notes"
    __table_args__ = (
        CheckConstraint("total_minor = net_minor + tax_minor", name="total_adds_up"),
        CheckConstraint("offset_minor between 0 and total_minor", name="offset_range"),
        Index("credit_notes_invoice_id_idx", "invoice_id", "id"),
        Index("credit_notes_customer_id_idx", "customer_id", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing.invoices.id"))
    number: Mapped[str] = mapped_column(String(20), unique=True)
    reason: Mapped[CreditReason]
    note: Mapped[str | None] = mapped_column(String(500))
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[BigInt]
    tax_minor: Mapped[BigInt]
    total_minor: Mapped[BigInt]
    offset_minor: Mapped[BigInt]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]


class CreditNoteLine(Model):
    """
    What is taken back of one line of the invoice; the signs are those of the line.

    All that is taken back of a line is never more than the line: a trigger sees to it.
    """

    __tablename__ = "credit_note_lines"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("credit_note_id", "invoice_line_id"),
        Index("credit_note_lines_invoice_line_id_idx", "invoice_line_id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    credit_note_id: Mapped[int] = mapped_column(ForeignKey("billing.credit_notes.id"))
    invoice_line_id: Mapped[int] = mapped_column(ForeignKey("billing.invoice_lines.id"))
    net_minor: Mapped[BigInt]
    tax_minor: Mapped[BigInt]
