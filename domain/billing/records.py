"""What may be read of billing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.billing.kinds import (
    AccountStatus,
    DisputeStatus,
    InvoiceStatus,
    Invoicing,
    LineKind,
    PaymentMethod,
    PaymentState,
    PaymentStatus,
    RefundStatus,
)
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class BillingAccount:
    """
    A billing account with its sums in minor units. Other names are the model's.

    ``owed_minor`` is open on issued invoices, ``overdue_minor`` the part of it past due,
    ``credit_minor`` the part of the payments that pays no invoice yet.
    """

    id: int
    number: str
    customer_id: int
    status: AccountStatus
    invoicing: Invoicing
    invoicing_since: datetime
    email: str | None
    currency: str
    billing_day: int
    payment_term_days: int
    tax_percent: Decimal | None
    tax_exemption: str | None
    tax_exempt_until: date | None
    prices_include_tax: bool
    billing_address: dict[str, Any] | None
    dunning_policy_id: int | None
    created_at: datetime
    updated_at: datetime
    version: int
    owed_minor: int
    overdue_minor: int
    credit_minor: int

    @property
    def balance(self) -> Money:
        """Issued totals minus payments: more than zero is owed, less is credit."""
        return Money(self.owed_minor - self.credit_minor, self.currency)

    @property
    def overdue(self) -> Money:
        return Money(self.overdue_minor, self.currency)

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice. ``is_overdue``: something is due, and the due date (UTC) has passed."""

    id: int
    account_id: int
    customer_id: int
    status: InvoiceStatus
    number: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    paid_minor: int
    credited_minor: int
    written_off_minor: int
    period_from: date | None
    period_to: date | None
    issued_on: date | None
    due_on: date | None
    issued_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    written_off_at: datetime | None
    write_off_reason: str | None
    buyer: dict[str, Any] | None
    content_digest: str | None
    created_at: datetime
    updated_at: datetime
    version: int
    is_overdue: bool

    @property
    def payment_status(self) -> PaymentStatus | None:
        """What became of what was due; None unless the invoice is issued."""
        if self.status is not InvoiceStatus.ISSUED:
            return None
        if self.written_off_minor:
            return PaymentStatus.WRITTEN_OFF
        if self.paid_minor >= self.total_minor:
            return PaymentStatus.PAID
        return PaymentStatus.PARTIALLY_PAID if self.paid_minor else PaymentStatus.UNPAID

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def paid(self) -> Money:
        """What payments paid of it."""
        covered_otherwise = self.credited_minor + self.written_off_minor
        return Money(self.paid_minor - covered_otherwise, self.currency)

    @property
    def credited(self) -> Money:
        return Money(self.credited_minor, self.currency)

    @property
    def written_off(self) -> Money:
        return Money(self.written_off_minor, self.currency)

    @property
    def due(self) -> Money:
        """What is still to be paid; 0 unless the invoice is issued."""
        is_issued = self.status is InvoiceStatus.ISSUED
        return Money(self.total_minor - self.paid_minor if is_issued else 0, self.currency)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice, in the invoice's currency."""

    id: int
    invoice_id: int
    position: int
    kind: LineKind
    description: str
    quantity: Decimal
    unit_price_minor: int
    tax_percent: Decimal
    tax_included: bool
    net_minor: int
    tax_minor: int
    period_from: date | None
    period_to: date | None
    plan_assignment_id: int | None
    currency: str

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.net_minor + self.tax_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment received."""

    id: int
    account_id: int
    customer_id: int
    method: PaymentMethod
    reference: str | None
    currency: str
    amount_minor: int
    allocated_minor: int
    returned_minor: int
    state: PaymentState
    received_at: datetime
    created_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def unallocated(self) -> Money:
        """The part that pays no invoice yet: credit."""
        return Money(self.amount_minor - self.allocated_minor - self.returned_minor, self.currency)

    @property
    def returned(self) -> Money:
        """What went back to the payer."""
        return Money(self.returned_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of a payment, in the payment's currency."""

    id: int
    payment_id: int
    amount_minor: int
    status: RefundStatus
    reason: str
    reference: str | None
    created_at: datetime
    updated_at: datetime
    currency: str

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute over a payment."""

    id: int
    payment_id: int
    status: DisputeStatus
    reason: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentAllocation:
    """A part of a payment that pays one invoice; below zero: a part that was taken back."""

    id: int
    payment_id: int
    invoice_id: int
    amount_minor: int
    created_at: datetime
    currency: str

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
