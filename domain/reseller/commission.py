"""What a reseller earns on a paid invoice: pure arithmetic, exact to the minor unit."""

from datetime import UTC, datetime
from decimal import Decimal

from domain.kernel.errors import Invalid
from domain.kernel.money import Money

_HUNDREDTHS = -2


def commission_on(net: Money, percent: Decimal) -> Money:
    """``percent`` per cent of the net amount, rounded half to even to a minor unit."""
    return net.times(percent.scaleb(_HUNDREDTHS))


def period_of(instant: datetime) -> str:
    """The UTC month that the instant lies in, as ``2025-03``."""
    return instant.astimezone(UTC).strftime("%Y-%m")


def checked_percent(value: Decimal, field: str = "commissionPercent") -> Decimal:
    """
    A share in per cent, with two digits after the point.

    Raises:
        Invalid: below 0, above 100, or finer than a hundredth.
    """
    if not value.is_finite() or not 0 <= value <= 100:
        raise Invalid(field, "must be 0 to 100")
    rounded = value.quantize(Decimal("0.01"))
    if rounded != value:
        raise Invalid(field, "has more than 2 decimal places")
    return rounded
