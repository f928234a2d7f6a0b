"""What each movement of money does to the general ledger: pure, and balanced by construction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.billing.kinds import LedgerAccount, PostingKind

#: General ledger account → minor units: debits above zero, credits below.
Legs = Mapping[LedgerAccount, int]


class Document(Protocol):
    """What is booked to an account: an invoice, a payment."""

    id: int
    account_id: int
    customer_id: int
    currency: str


class NoteOfInvoice(Document, Protocol):
    """A credit note."""

    invoice_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """
    A transaction of the ledger, all of it of one billing account and in its currency.

    Legs of zero are left out when it is written; the others sum to zero.
    """

    kind: PostingKind
    billing_account_id: int
    customer_id: int
    currency: str
    legs: Legs
    invoice_id: int | None = None
    payment_id: int | None = None
    credit_note_id: int | None = None

    def __post_init__(self) -> None:
        if sum(self.legs.values()):
            raise ValueError(f"{self.kind} does not balance: {dict(self.legs)}")


def of_invoice(kind: PostingKind, invoice: Document, legs: Legs) -> Posting:
    """What happened to an invoice."""
    return _of(kind, invoice, legs, invoice_id=invoice.id)


def of_credit_note(kind: PostingKind, credit_note: NoteOfInvoice, legs: Legs) -> Posting:
    """What happened to an invoice by a credit note."""
    return _of(
        kind,
        credit_note,
        legs,
        invoice_id=credit_note.invoice_id,
        credit_note_id=credit_note.id,
    )


def of_payment(
    kind: PostingKind, payment: Document, legs: Legs, *, invoice_id: int | None = None
) -> Posting:
    """What happened to a payment; ``invoice_id`` is the invoice that it pays or paid."""
    return _of(kind, payment, legs, payment_id=payment.id, invoice_id=invoice_id)


def charged(*, net_minor: int, tax_minor: int) -> Legs:
    """An invoice is issued: it is owed. Negative amounts take a charge back."""
    return {
        LedgerAccount.RECEIVABLE: net_minor + tax_minor,
        LedgerAccount.REVENUE: -net_minor,
        LedgerAccount.TAX: -tax_minor,
    }


def received(minor: int) -> Legs:
    """Money came in, and is the customer's credit until it pays an invoice."""
    return {LedgerAccount.CASH: minor, LedgerAccount.CUSTOMER_CREDIT: -minor}


def allocated(minor: int) -> Legs:
    """Credit pays an invoice."""
    return {LedgerAccount.CUSTOMER_CREDIT: minor, LedgerAccount.RECEIVABLE: -minor}


def given_up(minor: int) -> Legs:
    """What is owed will not be paid any more."""
    return {LedgerAccount.BAD_DEBT: minor, LedgerAccount.RECEIVABLE: -minor}


def opposite(legs: Legs) -> Legs:
    """What takes the legs back: ``opposite(allocated(5))`` is an invoice unpaid again."""
    return {account: -minor for account, minor in legs.items()}


def _of(
    kind: PostingKind,
    document: Document,
    legs: Legs,
    *,
    invoice_id: int | None = None,
    payment_id: int | None = None,
    credit_note_id: int | None = None,
) -> Posting:
    return Posting(
        kind=kind,
        billing_account_id=document.account_id,
        customer_id=document.customer_id,
        currency=document.currency,
        legs=legs,
        invoice_id=invoice_id,
        payment_id=payment_id,
        credit_note_id=credit_note_id,
    )
