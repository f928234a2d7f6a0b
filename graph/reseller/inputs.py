"""Input types of the reseller module; each knows the command it stands for."""

import datetime
import decimal
from typing import Any

import strawberry

from domain.kernel import values
from domain.reseller import commands, models, queries
from graph.customer.inputs import CreateCustomerInput
from graph.payloads import ChangeInput, MutationInput, given
from graph.reseller import enums  # noqa: F401 (describes the enums before an input names them)
from graph.scalars import CurrencyCode, EmailAddress

UNSET = strawberry.UNSET


@strawberry.input(one_of=True, description="One way to name a reseller")
class ResellerBy:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="Global id")
    reseller_id: int | None = strawberry.field(
        default=UNSET, description="The number other modules know it by"
    )
    code: str | None = strawberry.field(default=UNSET, description="Short name, in any case")


@strawberry.input(description="Which resellers: all that are given must hold")
class ResellerFilter:
    query: str | None = strawberry.field(default=None, description="Part of a code or name")
    status: list[models.ResellerStatus] | None = strawberry.field(
        default=None, description="In one of these statuses"
    )

    def to_domain(self) -> queries.ResellerFilter:
        """Raises ``Invalid`` for a text that is too long."""
        query = self.query and values.text(self.query, "query", longest=100)
        status = None if self.status is None else tuple(sorted(set(self.status)))
        return queries.ResellerFilter(query or None, status)


@strawberry.input(description="A reseller to create")
class CreateResellerInput(MutationInput):
    code: str = strawberry.field(
        description="Short name, unique: 2 to 32 of letters, digits and . _ -"
    )
    name: str = strawberry.field(description="Name of the company")
    status: models.ResellerStatus = strawberry.field(
        default=models.ResellerStatus.PENDING_APPROVAL, description="PENDING_APPROVAL or ACTIVE"
    )
    parent_id: int | None = strawberry.field(
        default=None, description="Number of the ACTIVE reseller it is below; at most 8 deep"
    )
    email: EmailAddress | None = strawberry.field(default=None, description="For business mail")
    currency: CurrencyCode = strawberry.field(
        default=CurrencyCode("EUR"), description="Currency it is settled in by default"
    )
    commission_percent: decimal.Decimal = strawberry.field(
        default=decimal.Decimal(0),
        description="Share of its customers' paid net amounts, 0 to 100 with 2 decimal places",
    )

    def to_domain(self) -> commands.CreateReseller:
        return commands.CreateReseller(
            code=self.code,
            name=self.name,
            status=self.status,
            parent_id=self.parent_id,
            email=self.email,
            currency=self.currency,
            commission_percent=self.commission_percent,
        )


@strawberry.input(description="Changes of a reseller: fields left out stay, null clears")
class UpdateResellerInput(ChangeInput):
    reseller_id: int = strawberry.field(description="The reseller's number")
    name: str | None = strawberry.field(default=UNSET, description="Name of the company")
    email: EmailAddress | None = strawberry.field(default=UNSET, description="For business mail")
    commission_percent: decimal.Decimal | None = strawberry.field(
        default=UNSET, description="Share of net amounts paid from now on, 0 to 100"
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(name=self.name, email=self.email, commission_percent=self.commission_percent)


@strawberry.input(description="A reseller's next status")
class ChangeResellerStatusInput(ChangeInput):
    reseller_id: int = strawberry.field(description="The reseller's number")
    status: models.ResellerStatus = strawberry.field(
        description="Status to go to; TERMINATED needs a reseller without customers"
    )
    reason: str | None = strawberry.field(default=None, description="Why")


@strawberry.input(description="A customer to create under a reseller")
class CreateResellerCustomerInput(CreateCustomerInput):
    reseller_id: int = strawberry.field(description="Number of the ACTIVE reseller it belongs to")


@strawberry.input(description="What to put on a statement")
class SettleCommissionsInput(MutationInput):
    reseller_id: int = strawberry.field(description="The reseller's number")
    until: datetime.datetime = strawberry.field(
        description="Timestamp, not in the future: all that was earned before it"
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="Currency of the statement; the reseller's own by default"
    )
