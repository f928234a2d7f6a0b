"""The words of billing: states of accounts and invoices, kinds of lines and payments."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """Where the account stands; it follows the customer's status."""

    OPEN = "OPEN"
    FROZEN = "FROZEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


class Invoicing(StrEnum):
    """Whether billing runs charge the account; it follows the subscription state."""

    ACTIVE = "ACTIVE"
    TRIAL = "TRIAL"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


class InvoiceStatus(StrEnum):
    """Where the document stands; whether it is paid is ``PaymentStatus``."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    VOID = "VOID"


class PaymentStatus(StrEnum):
    """How much of an issued invoice is covered by payments and credit notes, or given up."""

    UNPAID = "UNPAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    WRITTEN_OFF = "WRITTEN_OFF"


class CreditReason(StrEnum):
    """Why a part of an invoice was taken back. VOID takes back all of it, as never issued."""

    VOID = "VOID"
    BILLING_ERROR = "BILLING_ERROR"
    SERVICE_FAILURE = "SERVICE_FAILURE"
    GOODWILL = "GOODWILL"
    CANCELLATION = "CANCELLATION"
    PLAN_CHANGE = "PLAN_CHANGE"
    OTHER = "OTHER"


class LineKind(StrEnum):
    """What a line of an invoice charges for; DISCOUNT and ADJUSTMENT may be negative."""

    RECURRING = "RECURRING"
    PRORATION = "PRORATION"
    SETUP = "SETUP"
    USAGE = "USAGE"
    OVERAGE = "OVERAGE"
    TOPUP = "TOPUP"
    LATE_FEE = "LATE_FEE"
    ADJUSTMENT = "ADJUSTMENT"
    DISCOUNT = "DISCOUNT"


class PaymentMethod(StrEnum):
    """The way money came in."""

    CREDIT_CARD = "CREDIT_CARD"
    BANK_TRANSFER = "BANK_TRANSFER"
    PAYPAL = "PAYPAL"
    EWALLET = "EWALLET"
    CASH = "CASH"
    CHECK = "CHECK"
    OTHER = "OTHER"


class PaymentState(StrEnum):
    """Where money that came in stands: kept, given back in part or whole, or fought over."""

    COMPLETED = "COMPLETED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    DISPUTED = "DISPUTED"
    CHARGED_BACK = "CHARGED_BACK"


class DisputeStatus(StrEnum):
    """How a dispute over a payment stands: LOST is a chargeback."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class RefundStatus(StrEnum):
    """Whether money given back has left: the gateway says so, or nobody has to."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class SkipReason(StrEnum):
    """Why a billing run made no invoice for an account."""

    ALREADY_CHARGED = "ALREADY_CHARGED"
    NO_PLAN = "NO_PLAN"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    NOTHING_TO_CHARGE = "NOTHING_TO_CHARGE"
    NOT_CHARGED = "NOT_CHARGED"


class RunState(StrEnum):
    """Where a billing run stands; PARTIAL is over too, with accounts that failed."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    PARTIAL = "PARTIAL"


class ItemState(StrEnum):
    """What became of an account in a billing run."""

    PENDING = "PENDING"
    ISSUED = "ISSUED"
    PREVIEWED = "PREVIEWED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


class DunningStage(StrEnum):
    """How far an account has been reminded of what is overdue; it only moves on until cured."""

    REMINDED = "REMINDED"
    WARNED = "WARNED"
    SUSPENDED = "SUSPENDED"
    DISCONNECTED = "DISCONNECTED"


class DunningAction(StrEnum):
    """What a step of a dunning policy does."""

    NOTIFY = "NOTIFY"
    LATE_FEE = "LATE_FEE"
    SUSPEND = "SUSPEND"
    DISCONNECT = "DISCONNECT"


class PauseKind(StrEnum):
    """Why an account is not dunned for now."""

    PROMISE = "PROMISE"
    EXEMPTION = "EXEMPTION"


class PauseEnd(StrEnum):
    """How a pause of dunning ended."""

    KEPT = "KEPT"
    BROKEN = "BROKEN"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class LedgerAccount(StrEnum):
    """
    A general ledger account. Debits are positive, credits negative.

    RECEIVABLE is what customers owe on issued invoices, CUSTOMER_CREDIT what they paid and owe
    nothing for yet: the two together are a customer's balance.
    """

    RECEIVABLE = "RECEIVABLE"
    CASH = "CASH"
    CUSTOMER_CREDIT = "CUSTOMER_CREDIT"
    REVENUE = "REVENUE"
    TAX = "TAX"
    BAD_DEBT = "BAD_DEBT"


class PostingKind(StrEnum):
    """What happened to the money that a transaction of the ledger tells of."""

    INVOICE = "INVOICE"
    VOID = "VOID"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"
    ALLOCATION = "ALLOCATION"
    DEALLOCATION = "DEALLOCATION"
    REFUND = "REFUND"
    CHARGEBACK = "CHARGEBACK"
    WRITE_OFF = "WRITE_OFF"


class AttemptStatus(StrEnum):
    """What is known of an attempt to take money; only UNKNOWN and PENDING may still change."""

    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
