"""What may be read of credit notes."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.billing.kinds import CreditReason
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note. Names are the model's."""

    id: int
    customer_id: int
    invoice_id: int
    number: str
    reason: CreditReason
    note: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    offset_minor: int
    issued_on: date
    issued_at: datetime

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
    def offset(self) -> Money:
        """What of it was still due on the invoice; the rest became credit."""
        return Money(self.offset_minor, self.currency)


@dataclass(frozen=True, slots=True)
class CreditNoteLine:
    """What is taken back of a line of the invoice; ``position`` is the line's."""

    id: int
    credit_note_id: int
    net_minor: int
    tax_minor: int
    position: int
    description: str
    currency: str

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)
