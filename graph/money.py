"""Money on the wire: an exact decimal string and its currency."""

import decimal

import strawberry
from strawberry.federation.schema_directives import Cost

from domain.kernel import money
from graph.rows import RowType
from graph.scalars import CurrencyCode


@strawberry.federation.type(
    shareable=True,
    description="An exact amount of one currency, never a float",
    directives=[Cost(weight=0)],
)
class Money(RowType):
    row = money.Money

    text: decimal.Decimal = strawberry.field(
        name="amount", description="Amount in major units, as a string"
    )
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code")


@strawberry.input(description="An exact amount of one currency")
class MoneyInput:
    amount: decimal.Decimal = strawberry.field(description="Amount in major units, as a string")
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code")

    def to_domain(self) -> money.Money:
        """The amount in minor units. Raises ``Invalid``."""
        return money.Money.parse(self.amount, self.currency)
