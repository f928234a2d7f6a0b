"""What lines come to: net and tax of each, rounded at the line, and exact sums of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.billing.commands import NewLine
from domain.billing.errors import WrongCurrency
from domain.billing.kinds import LineKind
from domain.kernel import values
from domain.kernel.errors import Invalid

MOST_LINES = 200
#: 200 lines of the largest price and quantity, with tax, stay within 64 bits.
LARGEST_MINOR = 10**10
_LARGEST_QUANTITY = Decimal(1_000_000)
_LONGEST_DESCRIPTION = 500
_MAY_BE_NEGATIVE = frozenset({LineKind.ADJUSTMENT, LineKind.DISCOUNT})


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its amounts in minor units."""

    kind: LineKind
    description: str
    quantity: Decimal
    unit_price_minor: int
    tax_percent: Decimal
    tax_included: bool
    net_minor: int
    tax_minor: int
    period_from: date | None
    period_to: date | None
    plan_assignment_id: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines in minor units."""

    net_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor


def priced(line: NewLine, *, tax_percent: Decimal, tax_included: bool = False) -> PricedLine:
    """
    Net is quantity times price, tax a percentage of net: both rounded half to even.

    Of a price that includes its tax, quantity times price is net and tax together.
    """
    percent = tax_percent if line.tax_percent is None else line.tax_percent
    included = tax_included if line.tax_included is None else line.tax_included
    amount = line.unit_price.times(line.quantity)
    net = amount.times(Fraction(100) / (100 + Fraction(percent))) if included else amount
    tax = amount - net if included else net.times(percent.scaleb(-2))
    return PricedLine(
        kind=line.kind,
        description=line.description,
        quantity=line.quantity,
        unit_price_minor=line.unit_price.minor,
        tax_percent=percent,
        tax_included=included,
        net_minor=net.minor,
        tax_minor=tax.minor,
        period_from=line.period_from,
        period_to=line.period_to,
        plan_assignment_id=line.plan_assignment_id,
    )


def totals(lines: Iterable[PricedLine]) -> Totals:
    """The exact sums: nothing is rounded again."""
    lines = list(lines)
    return Totals(sum(line.net_minor for line in lines), sum(line.tax_minor for line in lines))


def checked_lines(lines: Sequence[NewLine], *, currency: str) -> tuple[NewLine, ...]:
    """
    The lines as an account of that currency can be charged them, descriptions trimmed.

    Raises:
        Invalid: none or more than 200 of them, or one with a value out of its range.
        WrongCurrency: a price in another currency.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid("lines", f"must be 1 to {MOST_LINES}")
    return tuple(_checked_line(line, number, currency) for number, line in enumerate(lines))


def checked_percent(percent: Decimal, field: str = "taxPercent") -> Decimal:
    """A rate from 0 to 100 with at most two decimal places. Raises ``Invalid`` otherwise."""
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise Invalid(field, "must be 0 to 100")
    if percent != percent.quantize(Decimal("0.01")):
        raise Invalid(field, "has more than 2 decimal places")
    return percent


def _checked_line(line: NewLine, number: int, currency: str) -> NewLine:
    try:
        _check_price(line, currency)
        _check_quantity(line.quantity)
        if line.tax_percent is not None:
            checked_percent(line.tax_percent)
        described = values.text(line.description, "description", longest=_LONGEST_DESCRIPTION)
    except Invalid as failure:
        failure.path = ("lines", str(number), *failure.path)
        raise
    return replace(line, description=described)


def _check_price(line: NewLine, currency: str) -> None:
    if line.unit_price.currency != currency:
        raise WrongCurrency("unitPrice", currency=currency)
    if line.unit_price.minor < 0 and line.kind not in _MAY_BE_NEGATIVE:
        raise Invalid("unitPrice", f"of a {line.kind} line must not be negative")
    if abs(line.unit_price.minor) > LARGEST_MINOR:
        raise Invalid("unitPrice", "is out of range")


def _check_quantity(quantity: Decimal) -> None:
    if not quantity.is_finite() or not 0 < quantity <= _LARGEST_QUANTITY:
        raise Invalid("quantity", f"must be more than 0, and {_LARGEST_QUANTITY} at most")
    if quantity != quantity.quantize(Decimal("0.001")):
        raise Invalid("quantity", "has more than 3 decimal places")
