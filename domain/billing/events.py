"""The facts that billing announces. Amounts are minor units; ``net_minor`` is without tax."""

from dataclasses import dataclass
from typing import ClassVar, Self

from domain.billing.kinds import PaymentMethod
from domain.billing.models import Invoice
from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class BillingEvent(Event):
    """A fact about one customer's billing: these keep their order among themselves."""

    @property
    def stream(self) -> str:
        return f"billing:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class BillingAccountCreated(BillingEvent):
    type: ClassVar[str] = "billing.account.created"

    account_id: int


@dataclass(frozen=True, kw_only=True)
class BillingAccountUpdated(BillingEvent):
    """``changed_fields`` are names of the account's settings, in snake_case."""

    type: ClassVar[str] = "billing.account.updated"

    account_id: int
    changed_fields: list[str]


@dataclass(frozen=True, kw_only=True)
class BillingAccountClosed(BillingEvent):
    """The customer has left, and neither side owes the other anything."""

    type: ClassVar[str] = "billing.account.closed"

    account_id: int


@dataclass(frozen=True, kw_only=True)
class InvoiceEvent(BillingEvent):
    """A fact about one invoice that has its number."""

    invoice_id: int
    invoice_number: str
    net_minor: int
    total_minor: int
    currency: str

    @classmethod
    def of(cls, invoice: Invoice, *, reseller_id: int | None) -> Self:
        """The fact about this invoice; ``reseller_id`` is the customer's reseller now."""
        return cls(
            customer_id=invoice.customer_id,
            reseller_id=reseller_id,
            invoice_id=invoice.id,
            invoice_number=invoice.number or "",
            net_minor=invoice.net_minor,
            total_minor=invoice.total_minor,
            currency=invoice.currency,
        )


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(InvoiceEvent):
    type: ClassVar[str] = "billing.invoice.issued"


@dataclass(frozen=True, kw_only=True)
class InvoiceVoided(InvoiceEvent):
    type: ClassVar[str] = "billing.invoice.voided"


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(InvoiceEvent):
    """The invoice is paid in full: said once, when the last part is allocated."""

    type: ClassVar[str] = "billing.invoice.paid"


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(BillingEvent):
    """``unallocated_minor`` is the part that paid no invoice and became credit."""

    type: ClassVar[str] = "billing.payment.received"

    payment_id: int
    amount_minor: int
    unallocated_minor: int
    currency: str
    method: PaymentMethod
