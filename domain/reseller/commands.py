"""Requests to change resellers and their commission, as the services take them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.kernel.money import Money
from domain.reseller.models import ResellerStatus


@dataclass(frozen=True, kw_only=True)
class CreateReseller:
    """A reseller to create, below ``parent_id`` if given; ``code`` is its unique short name."""

    code: str
    name: str
    status: ResellerStatus = ResellerStatus.PENDING_APPROVAL
    parent_id: int | None = None
    email: str | None = None
    currency: str = "EUR"
    commission_percent: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PaidInvoice:
    """A customer's invoice that has been paid; ``net`` is its amount without tax."""

    reseller_id: int
    customer_id: int
    invoice_id: int
    invoice_number: str
    net: Money
    paid_at: datetime
