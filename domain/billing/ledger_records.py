"""What may be read of the ledger: entries, sums of them, and the lines of statements."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.billing.kinds import LedgerAccount, PostingKind
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One side of a transaction: a debit above zero, a credit below."""

    id: int
    transaction_id: UUID
    customer_id: int
    kind: PostingKind
    account: LedgerAccount
    currency: str
    amount_minor: int
    invoice_id: int | None
    payment_id: int | None
    credit_note_id: int | None
    at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """The sums of an account's debits and credits in one currency; both are zero or more."""

    account: LedgerAccount
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def debit(self) -> Money:
        return Money(self.debit_minor, self.currency)

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)

    @property
    def balance(self) -> Money:
        """Debits less credits."""
        return Money(self.debit_minor - self.credit_minor, self.currency)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """
    A transaction that changed what a customer owes, and what it owed then.

    Both are minor units: above zero is owed, below is the customer's credit.
    """

    id: int
    customer_id: int
    kind: PostingKind
    currency: str
    amount_minor: int
    balance_minor: int
    invoice_id: int | None
    payment_id: int | None
    credit_note_id: int | None
    at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def balance(self) -> Money:
        return Money(self.balance_minor, self.currency)
