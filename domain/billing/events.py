"""The facts that billing announces. Amounts are minor units; ``net_minor`` is without tax."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Self

from domain.billing.credit_models import CreditNote
from domain.billing.kinds import (
    DisputeStatus,
    DunningStage,
    PauseEnd,
    PauseKind,
    PaymentMethod,
    RefundStatus,
)
from domain.billing.models import Invoice
from domain.customer.models import CustomerType
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
class TaxRateSet(Event):
    """A tax rate of a country, of no customer. ``percent`` is a decimal number as text."""

    type: ClassVar[str] = "billing.tax_rate.set"

    tax_rate_id: int
    country: str
    customer_type: CustomerType | None
    percent: str
    valid_from: date

    @property
    def stream(self) -> str:
        return f"tax_rate:{self.country}"


@dataclass(frozen=True, kw_only=True)
class BillingRunEvent(Event):
    """A fact about a billing run: of no customer, so for whoever sees all rows."""

    run_id: int
    charged_on: date
    is_dry_run: bool

    @property
    def stream(self) -> str:
        return f"billing_run:{self.run_id}"


@dataclass(frozen=True, kw_only=True)
class BillingRunStarted(BillingRunEvent):
    type: ClassVar[str] = "billing.run.started"


@dataclass(frozen=True, kw_only=True)
class BillingRunFinished(BillingRunEvent):
    """No account is pending any more; the numbers are of accounts."""

    type: ClassVar[str] = "billing.run.finished"

    issued: int
    skipped: int
    failed: int


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
    """
    The invoice is paid in full: said once, when the last part is allocated or credited.

    ``net_minor`` is without what credit notes took back before.
    """

    type: ClassVar[str] = "billing.invoice.paid"

    @classmethod
    def of(cls, invoice: Invoice, *, reseller_id: int | None) -> Self:
        """The fact about this invoice; ``reseller_id`` is the customer's reseller now."""
        paid = super().of(invoice, reseller_id=reseller_id)
        return replace(paid, net_minor=invoice.net_minor - invoice.credited_net_minor)


@dataclass(frozen=True, kw_only=True)
class InvoiceWrittenOff(InvoiceEvent):
    """``written_off_minor`` is what was due, and is due no more."""

    type: ClassVar[str] = "billing.invoice.written_off"

    written_off_minor: int

    @classmethod
    def of_debt(cls, invoice: Invoice, minor: int, *, reseller_id: int | None) -> Self:
        """The fact that so much of this invoice was given up."""
        return cls(
            customer_id=invoice.customer_id,
            reseller_id=reseller_id,
            invoice_id=invoice.id,
            invoice_number=invoice.number or "",
            net_minor=invoice.net_minor,
            total_minor=invoice.total_minor,
            currency=invoice.currency,
            written_off_minor=minor,
        )


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(BillingEvent):
    """A part of an invoice, or all of it, was taken back; amounts are the note's."""

    type: ClassVar[str] = "billing.credit_note.issued"

    credit_note_id: int
    credit_note_number: str
    invoice_id: int
    invoice_number: str
    net_minor: int
    total_minor: int
    currency: str

    @classmethod
    def of(cls, note: CreditNote, invoice: Invoice, *, reseller_id: int | None) -> Self:
        """The fact about this note of that invoice."""
        return cls(
            customer_id=note.customer_id,
            reseller_id=reseller_id,
            credit_note_id=note.id,
            credit_note_number=note.number,
            invoice_id=invoice.id,
            invoice_number=invoice.number or "",
            net_minor=note.net_minor,
            total_minor=note.total_minor,
            currency=note.currency,
        )


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(BillingEvent):
    """``unallocated_minor`` is the part that paid no invoice and became credit."""

    type: ClassVar[str] = "billing.payment.received"

    payment_id: int
    amount_minor: int
    unallocated_minor: int
    currency: str
    method: PaymentMethod


@dataclass(frozen=True, kw_only=True)
class DunningPolicyEvent(Event):
    """A fact about a dunning policy: of no customer, so for whoever sees all rows."""

    policy_id: int
    code: str

    @property
    def stream(self) -> str:
        return f"dunning_policy:{self.policy_id}"


@dataclass(frozen=True, kw_only=True)
class DunningPolicyCreated(DunningPolicyEvent):
    type: ClassVar[str] = "billing.dunning_policy.created"


@dataclass(frozen=True, kw_only=True)
class DunningPolicyUpdated(DunningPolicyEvent):
    """``changed_fields`` are names of the policy's columns, in snake_case."""

    type: ClassVar[str] = "billing.dunning_policy.updated"

    changed_fields: list[str]


@dataclass(frozen=True, kw_only=True)
class DunningEvent(BillingEvent):
    """A fact about how an account is dunned. ``overdue_minor`` is what is overdue by now."""

    case_id: int
    stage: DunningStage
    overdue_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class DunningStageChanged(DunningEvent):
    """A step was taken; ``from_stage`` is null for the first. ``actions`` are what it did."""

    type: ClassVar[str] = "billing.dunning.stage_changed"

    from_stage: DunningStage | None
    actions: list[str]


@dataclass(frozen=True, kw_only=True)
class DunningCured(DunningEvent):
    """Less than the minimum is overdue: the case is closed at the stage it had come to."""

    type: ClassVar[str] = "billing.dunning.cured"


@dataclass(frozen=True, kw_only=True)
class DunningPaused(BillingEvent):
    """A promise or an exemption holds off dunning; ``until_on`` is its last day, if it has one."""

    type: ClassVar[str] = "billing.dunning.paused"

    pause_id: int
    kind: PauseKind
    until_on: date | None


@dataclass(frozen=True, kw_only=True)
class DunningResumed(BillingEvent):
    """A pause of dunning is over; ``outcome`` says how."""

    type: ClassVar[str] = "billing.dunning.resumed"

    pause_id: int
    kind: PauseKind
    outcome: PauseEnd


@dataclass(frozen=True, kw_only=True)
class AllocationEvent(BillingEvent):
    """A fact about what a payment pays of an invoice."""

    payment_id: int
    invoice_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AllocationCreated(AllocationEvent):
    """Said of allocations by hand; others are told by the payment's or invoice's own events."""

    type: ClassVar[str] = "billing.allocation.created"


@dataclass(frozen=True, kw_only=True)
class AllocationReversed(AllocationEvent):
    """That much of the invoice is due again."""

    type: ClassVar[str] = "billing.allocation.reversed"


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(BillingEvent):
    """A fact about a payment that is in the books; ``amount_minor`` is how much it is about."""

    payment_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentEvent):
    """Told when a refund is made, and again when a gateway has confirmed or refused it."""

    type: ClassVar[str] = "billing.payment.refunded"

    refund_id: int
    status: RefundStatus


@dataclass(frozen=True, kw_only=True)
class PaymentDisputeOpened(PaymentEvent):
    type: ClassVar[str] = "billing.payment.disputed"


@dataclass(frozen=True, kw_only=True)
class PaymentDisputeClosed(PaymentEvent):
    """LOST: the payment was charged back."""

    type: ClassVar[str] = "billing.payment.dispute_closed"

    status: DisputeStatus


@dataclass(frozen=True, kw_only=True)
class AttemptEvent(BillingEvent):
    """A fact about an attempt to take money by the gateway."""

    attempt_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentAttempted(AttemptEvent):
    """The gateway is to be asked."""

    type: ClassVar[str] = "billing.payment.attempted"


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(AttemptEvent):
    """``failure_code`` is the gateway's word for why, such as ``insufficient_funds``."""

    type: ClassVar[str] = "billing.payment.failed"

    failure_code: str


@dataclass(frozen=True, kw_only=True)
class PaymentOutcomeUnknown(AttemptEvent):
    """The gateway did not answer: whether money was taken will be found out."""

    type: ClassVar[str] = "billing.payment.unknown"


@dataclass(frozen=True, kw_only=True)
class PaymentMethodStored(BillingEvent):
    type: ClassVar[str] = "billing.payment_method.stored"

    method_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentMethodRemoved(BillingEvent):
    type: ClassVar[str] = "billing.payment_method.removed"

    method_id: int


@dataclass(frozen=True, kw_only=True)
class AutopayChanged(BillingEvent):
    """Invoices are charged to that method when they are due; to none if it is null."""

    type: ClassVar[str] = "billing.autopay.changed"

    method_id: int | None
