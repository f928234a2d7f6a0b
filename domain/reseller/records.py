"""What may be read of resellers and their commission."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.kernel.money import Money
from domain.reseller.models import CommissionKind, CommissionState, ResellerStatus


@dataclass(frozen=True, slots=True)
class Reseller:
    """A reseller's own row. ``commission_percent`` is None to those who may not read commission."""

    id: int
    code: str
    name: str
    status: ResellerStatus
    parent_id: int | None
    email: str | None
    currency: str
    commission_percent: Decimal | None
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class CommissionEntry:
    """What a reseller earned, or lost again, on one invoice."""

    id: int
    reseller_id: int
    customer_id: int
    invoice_id: int
    invoice_number: str
    kind: CommissionKind
    base_minor: int
    rate_percent: Decimal
    amount_minor: int
    currency: str
    period: str
    earned_at: datetime
    note: str | None
    state: CommissionState
    settlement_id: int | None

    @property
    def base(self) -> Money:
        return Money(self.base_minor, self.currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class CommissionSettlement:
    """A statement: the sum of the entries it settles."""

    id: int
    reseller_id: int
    currency: str
    total_minor: int
    entry_count: int
    settled_until: datetime
    settled_by: str
    settled_at: datetime

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


@dataclass(frozen=True, slots=True)
class CommissionTotal:
    """What a reseller's entries of one state and currency add up to."""

    reseller_id: int
    state: CommissionState
    currency: str
    amount_minor: int
    entry_count: int

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
