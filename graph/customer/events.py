"""The lifecycle events as GraphQL types: one interface, a type for each of the guide's eight."""

import datetime
from collections.abc import Awaitable
from typing import Any, ClassVar

import strawberry

from domain.customer import models
from domain.customer.timeline import TimelineList
from domain.kernel.events import LoggedEvent
from domain.kernel.paging import Slice
from graph.context import Info
from graph.customer.enums import CustomerEventType
from graph.events.types import actor_of, cursor_of
from graph.refs import CustomerRef
from graph.scalars import JSON
from resolvers.connections import Listing
from resolvers.customer import customers
from subscriptions.feeds import CUSTOMER_EVENT_TYPES


def _datum(name: str) -> Any:
    def resolve(root: LoggedEvent) -> Any:
        return root.data.get(name)

    return resolve


def _enum(name: str, enumeration: Any) -> Any:
    def resolve(root: LoggedEvent) -> Any:
        return enumeration(root.data[name])

    return resolve


@strawberry.interface(description="A fact about a customer, as it was announced, or a gap")
class CustomerEvent:
    event_type: ClassVar[str]

    id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.event_id),
        description="UUIDv7, the same on every path and retry",
    )
    type: CustomerEventType = strawberry.field(
        resolver=lambda root: CustomerEventType(root.type), description="What happened"
    )
    timestamp: datetime.datetime = strawberry.field(
        resolver=lambda root: root.occurred_at, description="Timestamp of the change"
    )
    cursor: str = strawberry.field(
        resolver=cursor_of, description="Place in the event log, for `after`"
    )
    customer_id: int | None = strawberry.field(
        description="The customer's number; null only of a gap"
    )
    transaction_id: strawberry.ID | None = strawberry.field(
        resolver=lambda root: str(root.transaction_id),
        description="Common to all events of one change; null only of a gap",
    )
    actor: str = strawberry.field(
        resolver=actor_of, description="Who made the change; of staff only that, unless you are"
    )
    data: JSON = strawberry.field(
        description="The event's data as modules get it (guide, Event Structure)"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="The customer as it is now; null once deleted"
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, LoggedEvent) and value.type == cls.event_type


@strawberry.type(description="What every fact about a customer has")
class _CustomerFact(CustomerEvent):
    customer_id: int = strawberry.field(description="The customer's number")
    transaction_id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.transaction_id),
        description="Common to all events of one change",
    )


@strawberry.type(description="A customer was created")
class CustomerCreated(_CustomerFact):
    event_type = "customer.created"

    customer_type: models.CustomerType = strawberry.field(
        resolver=_enum("customer_type", models.CustomerType), description="Its type"
    )
    email: str | None = strawberry.field(resolver=_datum("email"), description="Its address")
    status: models.CustomerStatus = strawberry.field(
        resolver=_enum("status", models.CustomerStatus), description="Its first status"
    )


@strawberry.type(description="Fields of a customer were changed")
class CustomerUpdated(_CustomerFact):
    event_type = "customer.updated"

    changed_fields: list[str] = strawberry.field(
        resolver=_datum("changed_fields"), description="Names of the fields, in snake_case"
    )
    status: models.CustomerStatus = strawberry.field(
        resolver=_enum("status", models.CustomerStatus), description="Status after the change"
    )


@strawberry.type(description="A customer was deleted")
class CustomerDeleted(_CustomerFact):
    event_type = "customer.deleted"


@strawberry.type(description="A customer's subscription went to another state")
class SubscriptionStateChanged(_CustomerFact):
    event_type = "customer.subscription_state.changed"

    from_state: models.SubscriptionState = strawberry.field(
        name="from",
        resolver=_enum("from_state", models.SubscriptionState),
        description="State left",
    )
    to_state: models.SubscriptionState = strawberry.field(
        name="to",
        resolver=_enum("to_state", models.SubscriptionState),
        description="State entered",
    )
    reason: str | None = strawberry.field(resolver=_datum("reason"), description="Why, as given")


@strawberry.type(description="An address was added")
class AddressCreated(_CustomerFact):
    event_type = "customer.address.created"

    address_type: models.AddressType = strawberry.field(
        resolver=_enum("address_type", models.AddressType), description="What it is for"
    )


@strawberry.type(description="An address was changed or removed")
class AddressUpdated(_CustomerFact):
    event_type = "customer.address.updated"

    address_type: models.AddressType = strawberry.field(
        resolver=_enum("address_type", models.AddressType), description="What it is for"
    )
    removed: bool = strawberry.field(
        resolver=_datum("removed"), description="Whether it is no longer in use"
    )


@strawberry.type(description="Staff accepted a document")
class DocumentVerified(_CustomerFact):
    event_type = "customer.document.verified"

    document_type: models.DocumentType = strawberry.field(
        resolver=_enum("document_type", models.DocumentType), description="What kind it is"
    )


@strawberry.type(description="A customer proved an e-mail address to be theirs")
class EmailVerified(_CustomerFact):
    event_type = "customer.email.verified"

    email: str = strawberry.field(resolver=_datum("email"), description="The address")


#: Concrete types that only the interface leads to; the schema lists them.
EVENT_TYPES: list[type] = [
    CustomerCreated,
    CustomerUpdated,
    CustomerDeleted,
    SubscriptionStateChanged,
    AddressCreated,
    AddressUpdated,
    DocumentVerified,
    EmailVerified,
]


def event_types(types: list[CustomerEventType] | None) -> frozenset[str]:
    """The dotted names of the types of events; all of them for None. Gaps are none: always told."""
    if types is None:
        return CUSTOMER_EVENT_TYPES
    return CUSTOMER_EVENT_TYPES.intersection(kind.value for kind in types)


def customer_timeline(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    types: list[CustomerEventType] | None = None,
) -> Awaitable[Listing[LoggedEvent]]:
    """Customer.timeline"""
    asked = TimelineList(Slice.of(first, after, last, before), event_types(types))
    return info.loaders.timeline_by_customer.load((root.id, asked))
