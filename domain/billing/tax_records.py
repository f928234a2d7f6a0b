"""What may be read of taxes: rates, and what an invoice bears at each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.customer.models import CustomerType
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate of a country from a day on. Names are the model's."""

    id: int
    country: str
    customer_type: CustomerType | None
    percent: Decimal
    valid_from: date


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The sums of an invoice's lines at one rate, in minor units."""

    invoice_id: int
    percent: Decimal
    net_minor: int
    tax_minor: int
    currency: str

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)
