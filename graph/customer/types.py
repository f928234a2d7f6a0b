"""Object types of the customer module, and its facet of Customer."""

import datetime
from typing import Any

import strawberry

from domain.customer import lifecycle, models, records
from domain.customer.errors import CustomerNotActive as CustomerNotActiveError
from domain.customer.errors import UsernameTaken as UsernameTakenError
from graph.connections import Connection
from graph.customer.events import CustomerEvent, customer_timeline
from graph.events.types import actor_of
from graph.ids import id_of
from graph.node import Node
from graph.payloads import PROBLEMS, Problem, UserError
from graph.refs import CustomerRef
from graph.rows import RowType
from graph.scalars import JSON, CountryCode, EmailAddress, PhoneNumber
from resolvers.customer import customers, details


@strawberry.type(description="The primary subscription: whether service is due, since and until")
class ServiceSubscription:
    state: models.SubscriptionState = strawberry.field(description="Where it stands")
    started_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the present run's start"
    )
    ends_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its end, past or planned"
    )
    holds: list[models.HoldReason] = strawberry.field(
        description="Why service is held back while suspended; it resumes when all are lifted"
    )
    allowed_transitions: list[models.SubscriptionState] = strawberry.field(
        description="States it may go to from here"
    )


def _subscription(root: Any) -> ServiceSubscription:
    return ServiceSubscription(
        state=root.subscription_state,
        started_at=root.subscription_started_at,
        ends_at=root.subscription_ends_at,
        holds=[models.HoldReason(why) for why in root.holds],
        allowed_transitions=sorted(lifecycle.SUBSCRIPTION_ARROWS[root.subscription_state]),
    )


def _allowed_statuses(root: Any) -> list[models.CustomerStatus]:
    return sorted(lifecycle.STATUS_ARROWS[root.status])


@strawberry.federation.type(keys=["id"], description="A place where a customer is billed or served")
class Address(RowType, Node):
    row = records.Address

    id: strawberry.ID = strawberry.field(resolver=id_of("Address"), description="Global id, opaque")
    type: models.AddressType = strawberry.field(description="What it is for")
    line1: str = strawberry.field(description="Street and number")
    line2: str | None = strawberry.field(description="Floor, flat, care of")
    locality: str = strawberry.field(description="City or town")
    region: str | None = strawberry.field(description="State, province or district")
    postal_code: str = strawberry.field(description="Postal code")
    country: CountryCode = strawberry.field(description="ISO 3166-1 alpha-2 code")
    is_default: bool = strawberry.field(description="Whether it is the one used of its type")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose address it is"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its addition")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.federation.type(keys=["id"], description="A proof that a customer handed in")
class Document(RowType, Node):
    row = records.Document

    id: strawberry.ID = strawberry.field(
        resolver=id_of("Document"), description="Global id, opaque"
    )
    type: models.DocumentType = strawberry.field(description="What kind of proof it is")
    status: models.VerificationStatus = strawberry.field(description="What staff decided on it")
    file_name: str | None = strawberry.field(description="Name of the file as handed in")
    sha256: str | None = strawberry.field(description="SHA-256 of the file, in hex")
    number_last4: str | None = strawberry.field(description="Last characters of its number")
    issued_on: datetime.date | None = strawberry.field(description="Date of issue")
    expires_on: datetime.date | None = strawberry.field(description="First date it is not valid")
    verified_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the decision"
    )
    rejection_reason: str | None = strawberry.field(description="Why it was refused")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose document it is"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of registration")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="Whether and what for a customer may be reached by one channel")
class CommunicationPreference(RowType):
    row = records.CommunicationPreference

    communication_type: models.CommunicationType = strawberry.field(description="Channel")
    enabled: bool = strawberry.field(description="Whether the channel may be used at all")
    billing_notifications: bool = strawberry.field(description="For invoices and payments")
    service_notifications: bool = strawberry.field(description="For changes of the service")
    technical_notifications: bool = strawberry.field(description="For maintenance and faults")
    marketing_messages: bool = strawberry.field(description="For offers")
    emergency_alerts: bool = strawberry.field(description="For alerts")


@strawberry.type(description="One move of a customer's status or subscription state")
class StateChange(RowType):
    row = records.StateChange

    machine: models.TrackedState = strawberry.field(description="Which of the two moved")
    from_state: str | None = strawberry.field(description="State left; null at the beginning")
    to_state: str = strawberry.field(description="State entered")
    reason: str | None = strawberry.field(description="Why, as given")
    actor: str = strawberry.field(
        resolver=actor_of, description="Who moved it; of staff only that, unless you are"
    )
    changed_at: datetime.datetime = strawberry.field(description="Timestamp of the move")


@strawberry.type
class CustomerFields:
    """The customer module's facet of Customer."""

    customer_id: int = strawberry.field(
        resolver=lambda root: root.id, description="The number other modules know it by"
    )
    customer_number: str = strawberry.field(description="The number people know it by")
    type: models.CustomerType = strawberry.field(description="Person or kind of organisation")
    status: models.CustomerStatus = strawberry.field(description="Where the relation stands")
    status_reason: str | None = strawberry.field(description="Why it stands there, as given")
    allowed_statuses: list[models.CustomerStatus] = strawberry.field(
        resolver=_allowed_statuses, description="Statuses it may go to from here"
    )
    display_name: str = strawberry.field(description="Person's names, or the organisation's")
    first_name: str | None = strawberry.field(description="Given names")
    last_name: str | None = strawberry.field(description="Family names")
    company_name: str | None = strawberry.field(description="Organisation's name")
    tax_id: str | None = strawberry.field(description="Tax number")
    email: EmailAddress | None = strawberry.field(description="Main e-mail address")
    email_verified_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the proof that the address is theirs"
    )
    phone: PhoneNumber | None = strawberry.field(description="Main phone number")
    mobile: PhoneNumber | None = strawberry.field(description="Mobile phone number")
    username: str | None = strawberry.field(description="Name they sign in with")
    language: str = strawberry.field(description="Language to write to them in")
    time_zone: str = strawberry.field(description="IANA time zone of their days")
    tags: list[str] = strawberry.field(description="Labels, sorted")
    custom_fields: JSON = strawberry.field(description="Operator's own fields, a JSON object")
    subscription: ServiceSubscription = strawberry.field(
        resolver=_subscription, description="Primary subscription"
    )
    addresses: list[Address] | None = strawberry.field(
        resolver=details.customer_addresses, description="Addresses in use, oldest first"
    )
    documents: list[Document] | None = strawberry.field(
        resolver=details.customer_documents, description="Documents handed in, oldest first"
    )
    communication_preferences: list[CommunicationPreference] | None = strawberry.field(
        resolver=details.customer_preferences, description="Channels, by name"
    )
    state_changes: Connection[StateChange] | None = strawberry.field(
        resolver=details.customer_state_changes,
        description="Moves of status and subscription state, newest first",
    )
    timeline: Connection[CustomerEvent] | None = strawberry.field(
        resolver=customer_timeline, description="Lifecycle events, newest first"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="Another customer signs in with this name")
class UsernameTaken(Problem, UserError):
    shows = UsernameTakenError

    username: str = strawberry.field(description="The name asked for")


@strawberry.type(description="The act needs a customer whose status is ACTIVE")
class CustomerNotActive(Problem, UserError):
    shows = CustomerNotActiveError

    customer_id: int = strawberry.field(description="The customer's number")
    status: str = strawberry.field(description="Status it has")


PROBLEMS.extend([UsernameTaken, CustomerNotActive])
