"""What may be read of stored methods and attempts: no token, and no name of the gateway's."""

from dataclasses import dataclass
from datetime import datetime

from domain.billing.kinds import AttemptStatus
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class StoredMethod:
    """A payment method that the gateway keeps, by the label that people know it by."""

    id: int
    customer_id: int
    gateway: str
    label: str
    is_autopay: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentAttempt:
    """An attempt to take money."""

    id: int
    customer_id: int
    invoice_id: int | None
    currency: str
    amount_minor: int
    status: AttemptStatus
    failure_code: str | None
    may_retry: bool
    payment_id: int | None
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
