"""What a credit note takes back of each line of an invoice: pure, and never more than is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.kernel.errors import Conflict, Invalid
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Creditable:
    """What is left of an invoice's line, in minor units of its currency."""

    line_id: int
    position: int
    tax_percent: Decimal
    net_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Credited:
    """What is taken back of one line, in minor units; signs are the line's."""

    line_id: int
    net_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor


def credit_all(left: Sequence[Creditable]) -> list[Credited]:
    """All that is left of every line; lines of which nothing is left are left out."""
    return [
        Credited(line.line_id, line.net_minor, line.tax_minor)
        for line in left
        if line.net_minor or line.tax_minor
    ]


def credit_some(
    left: Sequence[Creditable], wanted: Mapping[int, Money], *, currency: str
) -> list[Credited]:
    """
    ``wanted`` (position → net amount) of the lines, each with its share of the line's tax.

    The whole rest of a line takes the whole rest of its tax; a part takes the tax of the line's
    rate, rounded half to even, and never more than is left.

    Raises:
        Invalid: no such line, another currency, or an amount that is not a part of what is left.
        Conflict: together they are less than nothing, or more than is left of the invoice.
    """
    lines = {line.position: line for line in left}
    credited = [
        _credited(lines.get(position), number, amount, currency)
        for number, (position, amount) in enumerate(wanted.items())
    ]
    total = sum(line.total_minor for line in credited)
    if total < 0:
        raise Conflict("A credit note cannot have a total below zero", path=["lines"])
    if total > sum(line.total_minor for line in left):
        raise Conflict("A credit note cannot be more than is left of the invoice", path=["lines"])
    return credited


def _credited(line: Creditable | None, number: int, amount: Money, currency: str) -> Credited:
    at = ("lines", str(number))
    if line is None:
        raise Invalid((*at, "position"), "is no line of the invoice")
    if amount.currency != currency:
        raise Invalid((*at, "net"), f"must be in {currency}, the currency of the invoice")
    is_part = 0 < amount.minor <= line.net_minor or line.net_minor <= amount.minor < 0
    if not is_part:
        raise Invalid((*at, "net"), f"must be a part of {line.net_minor} minor units, what is left")
    if amount.minor == line.net_minor:
        return Credited(line.line_id, line.net_minor, line.tax_minor)
    tax = amount.times(line.tax_percent.scaleb(-2)).minor
    nearest = min(tax, line.tax_minor) if line.net_minor > 0 else max(tax, line.tax_minor)
    return Credited(line.line_id, amount.minor, nearest)
