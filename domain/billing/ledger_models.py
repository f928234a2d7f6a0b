"""The table of the double-entry ledger, which only grows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import LedgerAccount, PostingKind
from domain.kernel.base import BigInt, BigKey, Model


class LedgerEntry(Model):
    """
    One side of a transaction: ``amount_minor`` is a debit if above zero, a credit if below.

    The entries of a transaction sum to zero in each currency, which a trigger sees to when the
    database transaction ends; another refuses every change of what is written. Ids of one
    billing account rise in the order of booking, under the lock of its customer.
    """

    __tablename__ = "ledger_entries"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index("ledger_entries_transaction_id_idx", "transaction_id"),
        Index("ledger_entries_customer_id_idx", "customer_id", "id"),
        Index("ledger_entries_account_idx", "account", "at", "id"),
        Index("ledger_entries_at_idx", "at", "id"),
        Index(
            "ledger_entries_invoice_id_idx",
            "invoice_id",
            postgresql_where=text("invoice_id is not null"),
        ),
        {"schema": "billing"},
    )

    id: Mapped[BigKey]
    transaction_id: Mapped[UUID]
    billing_account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    kind: Mapped[PostingKind]
    account: Mapped[LedgerAccount]
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[BigInt]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("billing.invoices.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("billing.payments.id"))
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("billing.credit_notes.id"))
    at: Mapped[datetime]
