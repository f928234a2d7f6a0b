"""Tables of the billing module, with what the database itself guarantees about money."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import (
    AccountStatus,
    InvoiceStatus,
    Invoicing,
    LineKind,
    PaymentMethod,
    PaymentState,
)
from domain.kernel.base import BigInt, Key, Model, Timestamps

DEFAULT_CURRENCY = "EUR"
DEFAULT_TERM_DAYS = 14

_PERCENT = Numeric(5, 2)
_JSON_OR_NULL = JSONB(none_as_null=True)


class BillingAccount(Timestamps, Model):
    """
    A customer's one account: how it is invoiced, and to which name and address.

    ``billing_day`` 29 to 31 means the last day of shorter months. ``billing_address`` is a copy
    of the customer's default BILLING address, for invoices to come. ``invoicing_since`` is when
    ``invoicing`` last changed: nothing before it is charged. Without a ``dunning_policy_id`` it
    is dunned by the default policy of its currency.
    """

    __tablename__ = "billing_accounts"
    __table_args__ = (
        CheckConstraint("billing_day between 1 and 31", name="billing_day_range"),
        CheckConstraint("payment_term_days between 0 and 365", name="payment_term_days_range"),
        CheckConstraint("tax_percent between 0 and 100", name="tax_percent_range"),
        Index(
            "billing_accounts_charged_idx",
            "customer_id",
            postgresql_where=text("status = 'OPEN' and invoicing = 'ACTIVE'"),
        ),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(
        String(20), Computed("'B-' || (1000000 + id)::text", persisted=True), unique=True
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), unique=True)
    status: Mapped[AccountStatus] = mapped_column(server_default=AccountStatus.OPEN)
    invoicing: Mapped[Invoicing] = mapped_column(server_default=Invoicing.STOPPED)
    invoicing_since: Mapped[datetime] = mapped_column(server_default=func.now())
    email: Mapped[str | None] = mapped_column(String(254))
    currency: Mapped[str] = mapped_column(String(3), server_default=DEFAULT_CURRENCY)
    billing_day: Mapped[int] = mapped_column(server_default="1")
    payment_term_days: Mapped[int] = mapped_column(server_default=str(DEFAULT_TERM_DAYS))
    tax_percent: Mapped[Decimal | None] = mapped_column(_PERCENT)
    tax_exemption: Mapped[str | None] = mapped_column(String(200))
    tax_exempt_until: Mapped[date | None]
    prices_include_tax: Mapped[bool] = mapped_column(server_default=text("false"))
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(_JSON_OR_NULL)
    dunning_policy_id: Mapped[int | None] = mapped_column(ForeignKey("billing.dunning_policies.id"))
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class Invoice(Timestamps, Model):
    """
    A demand for money: a draft until issued, then numbered and unchangeable.

    ``paid_minor`` is what is not due any more: ``credited_minor`` of it (without tax:
    ``credited_net_minor``) by credit notes, ``written_off_minor`` given up, the rest by
    allocations. ``content_digest`` is written by a trigger at its issue. ``period_from``
    (inclusive) and ``period_to`` (exclusive) are the days that a billing run charged; other
    invoices have none. ``buyer`` is who is charged, as known when it was issued. A trigger
    refuses changes of issued content.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("total_minor = net_minor + tax_minor", name="total_adds_up"),
        CheckConstraint("paid_minor between 0 and greatest(total_minor, 0)", name="paid_range"),
        CheckConstraint(
            "credited_minor >= 0 and written_off_minor >= 0"
            " and credited_minor + written_off_minor <= paid_minor",
            name="not_paid_range",
        ),
        CheckConstraint(
            "paid_minor = 0 or status = 'ISSUED'"
            " or status = 'VOID' and paid_minor = credited_minor",
            name="only_issued_is_paid",
        ),
        CheckConstraint(
            "status <> 'ISSUED' or (number is not null and issued_on is not null"
            " and due_on is not null and buyer is not null and total_minor >= 0)",
            name="issued_is_complete",
        ),
        CheckConstraint("period_from < period_to", name="period_not_empty"),
        CheckConstraint("due_on >= issued_on", name="due_after_issue"),
        Index(
            "invoices_account_id_period_from_key",
            "account_id",
            "period_from",
            unique=True,
            postgresql_where=text("status <> 'VOID'"),
        ),
        Index(
            "invoices_open_idx",
            "account_id",
            "due_on",
            postgresql_where=text("status = 'ISSUED' and paid_minor < total_minor"),
        ),
        Index("invoices_customer_id_idx", "customer_id", "created_at", "id"),
        Index("invoices_created_at_idx", "created_at", "id"),
        Index("invoices_due_on_idx", text("coalesce(due_on, '9999-12-31'::date)"), "id"),
        Index("invoices_total_minor_idx", "total_minor", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    status: Mapped[InvoiceStatus]
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[BigInt]
    tax_minor: Mapped[BigInt]
    total_minor: Mapped[BigInt]
    paid_minor: Mapped[BigInt] = mapped_column(server_default="0")
    credited_minor: Mapped[BigInt] = mapped_column(server_default="0")
    credited_net_minor: Mapped[BigInt] = mapped_column(server_default="0")
    written_off_minor: Mapped[BigInt] = mapped_column(server_default="0")
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    issued_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(500))
    written_off_at: Mapped[datetime | None]
    write_off_reason: Mapped[str | None] = mapped_column(String(500))
    buyer: Mapped[dict[str, Any] | None] = mapped_column(_JSON_OR_NULL)
    content_digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}

    @property
    def due_minor(self) -> int:
        """What is still to be paid; 0 unless the invoice is issued."""
        return self.total_minor - self.paid_minor if self.status is InvoiceStatus.ISSUED else 0


class InvoiceLine(Model):
    """
    One charge of an invoice: ``quantity`` times a unit price.

    ``tax_included`` says that the price has its tax in it. Net and tax are rounded half to even
    to minor units here, at the line; sums are exact.
    """

    __tablename__ = "invoice_lines"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("tax_percent between 0 and 100", name="tax_percent_range"),
        CheckConstraint(
            "net_minor >= 0 or kind in ('ADJUSTMENT', 'DISCOUNT')", name="negative_kinds"
        ),
        CheckConstraint("period_from < period_to", name="period_not_empty"),
        Index("invoice_lines_plan_assignment_id_idx", "plan_assignment_id", "kind"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing.invoices.id"))
    position: Mapped[int]
    kind: Mapped[LineKind]
    description: Mapped[str] = mapped_column(String(500))
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    unit_price_minor: Mapped[BigInt]
    tax_percent: Mapped[Decimal] = mapped_column(_PERCENT)
    tax_included: Mapped[bool] = mapped_column(server_default=text("false"))
    net_minor: Mapped[BigInt]
    tax_minor: Mapped[BigInt]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    plan_assignment_id: Mapped[int | None] = mapped_column(ForeignKey("tariff.plan_assignments.id"))


class NumberSeries(Model):
    """
    The last number given in a series; its row is locked until the issuing transaction ends.

    A rollback gives the number back, so there are no gaps. ``last_issued_on`` keeps dates from
    running against the numbers.
    """

    __tablename__ = "number_series"
    __audited__ = False
    __table_args__ = {"schema": "billing"}

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_number: Mapped[int]
    last_issued_on: Mapped[date]


class Payment(Model):
    """
    Money received. ``allocated_minor`` of it pays invoices, ``returned_minor`` went back to the
    payer; the rest is the account's credit.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("returned_minor between 0 and amount_minor", name="returned_range"),
        CheckConstraint(
            "allocated_minor between 0 and amount_minor - returned_minor", name="allocated_range"
        ),
        UniqueConstraint("method", "reference"),
        Index("payments_customer_id_idx", "customer_id", "received_at", "id"),
        Index(
            "payments_unspent_idx",
            "account_id",
            "received_at",
            postgresql_where=text("allocated_minor + returned_minor < amount_minor"),
        ),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    method: Mapped[PaymentMethod]
    reference: Mapped[str | None] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[BigInt]
    allocated_minor: Mapped[BigInt]
    returned_minor: Mapped[BigInt] = mapped_column(server_default="0")
    state: Mapped[PaymentState] = mapped_column(server_default=PaymentState.COMPLETED)
    received_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def credit_minor(self) -> int:
        """What is left of it: it pays no invoice, and was not given back."""
        return self.amount_minor - self.allocated_minor - self.returned_minor


class PaymentAllocation(Model):
    """
    A part of a payment that pays an invoice. A part that is taken back is a row below zero.
    """

    __tablename__ = "payment_allocations"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index("payment_allocations_payment_id_idx", "payment_id", "id"),
        Index("payment_allocations_invoice_id_idx", "invoice_id", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    payment_id: Mapped[int] = mapped_column(ForeignKey("billing.payments.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing.invoices.id"))
    amount_minor: Mapped[BigInt]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
