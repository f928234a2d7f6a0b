"""Input types of the customer module; each knows the command it stands for."""

import datetime
from typing import Any

import strawberry

from domain.customer import commands, models, queries
from domain.kernel import values
from domain.kernel.errors import Invalid
from graph.customer.detail_inputs import AddressInput
from graph.customer.enums import CustomerEventType
from graph.customer.events import event_types
from graph.payloads import ChangeInput, MutationInput, given
from graph.scalars import JSON, EmailAddress, PhoneNumber
from subscriptions.feeds import EventFilter

UNSET = strawberry.UNSET
_MOST_CHOICES = 100


@strawberry.input(one_of=True, description="One way to name a customer")
class CustomerBy:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="Global id")
    customer_id: int | None = strawberry.field(
        default=UNSET, description="The number other modules know it by"
    )
    customer_number: str | None = strawberry.field(
        default=UNSET, description="The number people know it by"
    )
    username: str | None = strawberry.field(default=UNSET, description="Sign-in name")
    email: str | None = strawberry.field(
        default=UNSET, description="Main address; the oldest customer that has it"
    )


@strawberry.input(description="Which customers: all that are given must hold")
class CustomerFilter:
    query: str | None = strawberry.field(
        default=None,
        description="Part of a name, customer number, e-mail address or username",
    )
    status: list[models.CustomerStatus] | None = strawberry.field(
        default=None, description="In one of these statuses"
    )
    subscription_state: list[models.SubscriptionState] | None = strawberry.field(
        default=None, description="With the subscription in one of these states"
    )
    type: list[models.CustomerType] | None = strawberry.field(
        default=None, description="Of one of these types"
    )
    reseller_id: int | None = strawberry.field(
        default=None, description="Of this reseller's own customers"
    )
    tag: str | None = strawberry.field(default=None, description="With this label")
    created_from: datetime.datetime | None = strawberry.field(
        default=None, description="Created at this timestamp or later"
    )
    created_to: datetime.datetime | None = strawberry.field(
        default=None, description="Created before this timestamp"
    )

    def to_domain(self) -> queries.CustomerFilter:
        """Raises ``Invalid`` for a text or list that is too long."""
        query = self.query and values.text(self.query, "query", longest=100)
        return queries.CustomerFilter(
            query=query or None,
            status=_chosen(self.status, "status"),
            subscription_state=_chosen(self.subscription_state, "subscriptionState"),
            type=_chosen(self.type, "type"),
            reseller_id=self.reseller_id,
            tag=self.tag,
            created_from=self.created_from,
            created_to=self.created_to,
        )


@strawberry.input(description="How to order customers")
class CustomerOrder:
    field: queries.CustomerOrderField = strawberry.field(
        default=queries.CustomerOrderField.ID, description="What by"
    )
    descending: bool = strawberry.field(default=False, description="Largest first")


@strawberry.input(description="Which lifecycle events: all that are given must hold")
class CustomerEventFilter:
    types: list[CustomerEventType] | None = strawberry.field(
        default=None, description="Of one of these types"
    )
    customer_id: int | None = strawberry.field(default=None, description="Of this customer")
    reseller_id: int | None = strawberry.field(
        default=None, description="Of this reseller's own customers at that time"
    )

    def to_domain(self) -> EventFilter:
        """The filter in dotted names. Raises ``Invalid`` for one that nothing can fit."""
        if self.types == []:
            raise Invalid(("filter", "types"), "must name a type, or be left out for all")
        return EventFilter(event_types(self.types), self.customer_id, self.reseller_id)


@strawberry.input(description="A customer to create")
class CreateCustomerInput(MutationInput):
    type: models.CustomerType = strawberry.field(description="Person or kind of organisation")
    status: models.CustomerStatus = strawberry.field(
        default=models.CustomerStatus.PENDING, description="PENDING or ACTIVE"
    )
    first_name: str | None = strawberry.field(default=None, description="Given names")
    last_name: str | None = strawberry.field(default=None, description="Family names")
    company_name: str | None = strawberry.field(default=None, description="Organisation's name")
    tax_id: str | None = strawberry.field(default=None, description="Tax number")
    email: EmailAddress | None = strawberry.field(default=None, description="Main e-mail address")
    phone: PhoneNumber | None = strawberry.field(default=None, description="Main phone number")
    mobile: PhoneNumber | None = strawberry.field(default=None, description="Mobile number")
    username: str | None = strawberry.field(default=None, description="Sign-in name, unique")
    password: str | None = strawberry.field(
        default=None, description="Portal password, 8 to 256 characters"
    )
    language: str = strawberry.field(default="en", description="Language to write to them in")
    time_zone: str = strawberry.field(default="UTC", description="IANA time zone")
    reseller_id: int | None = strawberry.field(
        default=None, description="Reseller it belongs to; a reseller's own by default"
    )
    tags: list[str] = strawberry.field(default_factory=list, description="Labels, at most 50")
    custom_fields: JSON | None = strawberry.field(
        default=None, description="Operator's own fields, a JSON object"
    )
    addresses: list[AddressInput] = strawberry.field(
        default_factory=list, description="First addresses"
    )

    def to_domain(self) -> commands.CreateCustomer:
        own = {name: getattr(self, name) for name in _CREATED_AS_GIVEN}
        custom: Any = self.custom_fields
        return commands.CreateCustomer(
            **own,
            tags=tuple(self.tags),
            custom_fields={} if custom is None else custom,
            addresses=tuple(address.to_domain() for address in self.addresses),
        )


_CREATED_AS_GIVEN = (
    "type",
    "status",
    "first_name",
    "last_name",
    "company_name",
    "tax_id",
    "email",
    "phone",
    "mobile",
    "username",
    "password",
    "language",
    "time_zone",
    "reseller_id",
)


@strawberry.input(description="Changes of a customer: fields left out stay, null clears")
class UpdateCustomerInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")
    type: models.CustomerType | None = strawberry.field(default=UNSET, description="Its type")
    first_name: str | None = strawberry.field(default=UNSET, description="Given names")
    last_name: str | None = strawberry.field(default=UNSET, description="Family names")
    company_name: str | None = strawberry.field(default=UNSET, description="Organisation's name")
    tax_id: str | None = strawberry.field(default=UNSET, description="Tax number")
    email: EmailAddress | None = strawberry.field(default=UNSET, description="Main address")
    phone: PhoneNumber | None = strawberry.field(default=UNSET, description="Main phone number")
    mobile: PhoneNumber | None = strawberry.field(default=UNSET, description="Mobile number")
    username: str | None = strawberry.field(default=UNSET, description="Sign-in name, unique")
    password: str | None = strawberry.field(default=UNSET, description="New portal password")
    language: str | None = strawberry.field(default=UNSET, description="Language")
    time_zone: str | None = strawberry.field(default=UNSET, description="IANA time zone")
    tags: list[str] | None = strawberry.field(default=UNSET, description="All labels it has then")
    custom_fields: JSON | None = strawberry.field(
        default=UNSET, description="Operator's own fields, whole"
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(**{name: getattr(self, name) for name in _CHANGEABLE})


_CHANGEABLE = (
    "type",
    "first_name",
    "last_name",
    "company_name",
    "tax_id",
    "email",
    "phone",
    "mobile",
    "username",
    "password",
    "language",
    "time_zone",
    "tags",
    "custom_fields",
)


@strawberry.input(description="A customer to delete")
class DeleteCustomerInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.input(description="A customer's next status")
class ChangeCustomerStatusInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")
    status: models.CustomerStatus = strawberry.field(description="Status to go to")
    reason: str | None = strawberry.field(default=None, description="Why; required to suspend")


@strawberry.input(description="A subscription's next state")
class ChangeSubscriptionStateInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")
    subscription_state: models.SubscriptionState = strawberry.field(description="State to go to")
    update_dates: bool = strawberry.field(
        default=True, description="Whether start and end follow the move"
    )
    reason: str | None = strawberry.field(default=None, description="Why")


def _chosen(choices: list[Any] | None, name: str) -> tuple[Any, ...] | None:
    if choices is not None and len(choices) > _MOST_CHOICES:
        raise Invalid(["filter", name], f"must be at most {_MOST_CHOICES}")
    return None if choices is None else tuple(sorted(set(choices)))
