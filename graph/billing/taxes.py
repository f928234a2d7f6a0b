"""Types, inputs and lists of taxes."""

import datetime
import decimal
from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.billing import tax_records as records
from domain.customer.models import CustomerType
from domain.kernel.values import country_code
from graph.context import Info
from graph.customer import enums  # noqa: F401 (describes the enums before a type names them)
from graph.money import Money
from graph.payloads import MutationInput, Payload
from graph.rows import RowType
from graph.scalars import CountryCode


@strawberry.type(description="What is taxed in a country from a day on, until the next rate")
class TaxRate(RowType):
    row = records.TaxRate

    country: CountryCode = strawberry.field(description="Country of the billing address")
    customer_type: CustomerType | None = strawberry.field(
        description="For customers of this type; null for all that have no rate of their own"
    )
    percent: decimal.Decimal = strawberry.field(description="Tax rate")
    valid_from: datetime.date = strawberry.field(description="First day that it holds on")


@strawberry.type(description="Sums of an invoice's lines at one tax rate")
class TaxLine(RowType):
    row = records.TaxLine

    percent: decimal.Decimal = strawberry.field(description="Tax rate")
    net: Money = strawberry.field(description="What it is a part of, without tax")
    tax: Money = strawberry.field(description="Tax at this rate")


@strawberry.input(description="A tax rate to set; one of the same day is replaced")
class SetTaxRateInput(MutationInput):
    country: CountryCode = strawberry.field(description="Country of the billing address")
    percent: decimal.Decimal = strawberry.field(description="Rate, 0 to 100, 2 decimal places")
    valid_from: datetime.date = strawberry.field(
        description="First day that it holds on, not in the past"
    )
    customer_type: CustomerType | None = strawberry.field(
        default=None, description="For customers of this type only"
    )

    def to_domain(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "country": self.country,
            "percent": self.percent,
            "valid_from": self.valid_from,
            "customer_type": self.customer_type,
        }


@strawberry.type(description="What became of `setTaxRate`")
class SetTaxRatePayload(Payload):
    tax_rate: TaxRate | None = strawberry.field(default=None, description="The rate")


def tax_rates(info: Info, country: CountryCode) -> Awaitable[list[records.TaxRate]]:
    """Query.taxRates"""
    return info.loaders.tax_rates_by_country.load(country_code(country))
