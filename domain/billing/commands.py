"""Requests to change billing, as the services take them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.billing.kinds import LineKind
from domain.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """
    A line to draft: ``quantity`` times ``unit_price``.

    The account says which tax rate applies and whether the price includes it, unless the line
    does. ``period_to`` is exclusive.
    """

    kind: LineKind
    description: str
    unit_price: Money
    quantity: Decimal = Decimal(1)
    tax_percent: Decimal | None = None
    tax_included: bool | None = None
    period_from: date | None = None
    period_to: date | None = None
    plan_assignment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DraftInvoice:
    """An invoice to draft. Billing runs give it the period that they charge; others have none."""

    customer_id: int
    lines: tuple[NewLine, ...]
