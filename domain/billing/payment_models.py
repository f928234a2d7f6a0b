"""Tables of what happens to payments after they came in: refunds and disputes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import DisputeStatus, RefundStatus
from domain.kernel.base import BigInt, Key, Model, Timestamps


class Refund(Timestamps, Model):
    """Money of a payment given back to the payer; taken off the account as soon as asked for."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("refunds_payment_id_idx", "payment_id", "id"),
        Index("refunds_customer_id_idx", "customer_id", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    payment_id: Mapped[int] = mapped_column(ForeignKey("billing.payments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    amount_minor: Mapped[BigInt]
    status: Mapped[RefundStatus]
    reason: Mapped[str] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(Text)


class Dispute(Model):
    """A payer's claim on a payment at the bank or gateway: one open for each payment at most."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("(status = 'OPEN') = (closed_at is null)", name="open_until_closed"),
        Index(
            "disputes_open_key",
            "payment_id",
            unique=True,
            postgresql_where=text("status = 'OPEN'"),
        ),
        Index("disputes_payment_id_idx", "payment_id", "id"),
        Index("disputes_customer_id_idx", "customer_id", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    payment_id: Mapped[int] = mapped_column(ForeignKey("billing.payments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    status: Mapped[DisputeStatus]
    reason: Mapped[str] = mapped_column(String(500))
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
