"""Money in minor units: integers with an ISO 4217 currency, never floats."""

from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from fractions import Fraction

from domain.kernel.errors import Invalid

#: Digits after the point, where it is not two (ISO 4217).
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX"), 0
    ),
    **dict.fromkeys(("UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_LARGEST_MINOR = 2**53
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation, Overflow])


def exponent(currency: str) -> int:
    """How many digits the currency has after the point."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Adding two currencies is a defect and raises ``ValueError``."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: Decimal, currency: str, *, field: str = "amount") -> "Money":
        """
        The exact amount in minor units.

        Raises:
            Invalid: not finite, too large, or with more digits than the currency has.
        """
        try:
            scaled = amount.scaleb(exponent(currency), _EXACT)
        except DecimalException:
            raise Invalid(field, "is out of range") from None
        if not scaled.is_finite() or abs(scaled) > _LARGEST_MINOR:
            raise Invalid(field, "is out of range")
        if scaled != scaled.to_integral_value():
            raise Invalid(field, f"has more than {exponent(currency)} decimal places")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with all digits of the currency."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def text(self) -> str:
        """``amount`` as text, with all digits of the currency: made from the minor units."""
        digits = _EXPONENTS.get(self.currency, 2)
        padded = str(self.minor).zfill(digits + 1 if self.minor >= 0 else digits + 2)
        return f"{padded[:-digits]}.{padded[-digits:]}" if digits else padded

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def prorated(self, *, days: int, of: int) -> "Money":
        """``days`` of ``of`` days of this price, rounded half to even."""
        return self.times(Fraction(days, of))

    def times(self, factor: Decimal | Fraction) -> "Money":
        """The amount times a factor, rounded half to even to a minor unit."""
        # Exact until rounded: a third of a price as a Decimal misses the halves.
        return Money(round(self.minor * Fraction(factor)), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.minor
