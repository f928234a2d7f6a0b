"""Tables of the payment gateway: stored methods, attempts to charge them, events received."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import AttemptStatus
from domain.kernel.base import BigInt, Key, Model, Timestamps


class StoredMethod(Timestamps, Model):
    """
    A payment method that the gateway keeps: we know its token, never the card's number.

    ``payer`` is the gateway's name for the customer. One is the account's autopay at most.
    """

    __tablename__ = "payment_methods"
    __audited__ = frozenset({"label", "is_autopay", "removed_at"})
    __table_args__ = (
        UniqueConstraint("gateway", "token"),
        Index("payment_methods_customer_id_idx", "customer_id", "id"),
        Index(
            "payment_methods_autopay_key",
            "customer_id",
            unique=True,
            postgresql_where=text("is_autopay"),
        ),
        CheckConstraint("not is_autopay or removed_at is null", name="autopay_is_kept"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    gateway: Mapped[str] = mapped_column(String(20))
    token: Mapped[str] = mapped_column(String(200))
    payer: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(60))
    is_autopay: Mapped[bool]
    removed_at: Mapped[datetime | None]


class PaymentAttempt(Timestamps, Model):
    """
    An attempt to take money. While one is PENDING or UNKNOWN the account has no second one.

    ``invoice_id`` is the invoice that autopay meant to pay. ``payment_id`` is there as soon as it
    COMPLETED.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "(status = 'COMPLETED') = (payment_id is not null)", name="completed_with_payment"
        ),
        Index(
            "payment_attempts_open_key",
            "account_id",
            unique=True,
            postgresql_where=text("status in ('PENDING', 'UNKNOWN')"),
        ),
        Index("payment_attempts_customer_id_idx", "customer_id", "created_at", "id"),
        Index("payment_attempts_invoice_id_idx", "invoice_id", "id"),
        Index("payment_attempts_payment_id_idx", "payment_id"),
        Index("payment_attempts_reference_idx", "reference"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    method_id: Mapped[int] = mapped_column(ForeignKey("billing.payment_methods.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("billing.invoices.id"))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[BigInt]
    status: Mapped[AttemptStatus]
    reference: Mapped[str | None] = mapped_column(String(200))
    failure_code: Mapped[str | None] = mapped_column(String(100))
    may_retry: Mapped[bool]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("billing.payments.id"))


class GatewayEvent(Model):
    """An event of the gateway that was taken in: the same one again changes nothing."""

    __tablename__ = "gateway_events"
    __audited__ = False
    __table_args__ = {"schema": "billing"}

    gateway: Mapped[str] = mapped_column(String(20), primary_key=True)
    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
