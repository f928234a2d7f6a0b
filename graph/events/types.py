"""The event log as GraphQL types: any event whole, and what types of events there are."""

import datetime
from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.customer.policy import shown_actor
from domain.kernel.events import SPEC_VERSION, LoggedEvent
from graph.context import Info
from graph.identity.enums import Permission
from graph.refs import CustomerRef
from graph.rows import RowType
from graph.scalars import JSON
from resolvers.customer import customers
from subscriptions import catalogue
from subscriptions.schemas import data_schema


def cursor_of(root: Any, info: Info) -> str:
    """The cursor behind an event or a gap."""
    return info.services.stream.hub.cursors.seal(root.position)


def actor_of(root: LoggedEvent, info: Info) -> str:
    """Who made the change, as far as the viewer may know."""
    return shown_actor(info.actor, root.actor)


def _trace_id(root: LoggedEvent, info: Info) -> str | None:
    # Clients may choose their request ids: what staff wrote there is not for others.
    return root.trace_id if info.actor.sees_all_rows else None


def _causation_id(root: LoggedEvent, info: Info) -> str | None:
    cause = root.causation_id if info.actor.sees_all_rows else None
    return None if cause is None else str(cause)


def _cloud_event(root: LoggedEvent, info: Info) -> dict[str, Any]:
    event = root.cloud_event()
    if not info.actor.sees_all_rows:
        event.pop("traceparent", None)
    return event


def _customer(root: LoggedEvent, info: Info) -> Awaitable[Any] | None:
    return None if root.customer_id is None else customers.owner(root, info)


@strawberry.interface(description="What a subscriber to the event log is told: an event or a gap")
class LogEntry:
    id: strawberry.ID = strawberry.field(description="The same on every path and retry")
    timestamp: datetime.datetime = strawberry.field(
        description="Timestamp of the change, or of the telling of a gap"
    )
    cursor: str = strawberry.field(
        resolver=cursor_of, description="Place in the event log, for `after`"
    )


@strawberry.type(description="A fact that a module announced, in the transaction of the change")
class Event(RowType, LogEntry):
    row = LoggedEvent

    id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.event_id),
        description="UUIDv7, the same on every path and retry",
    )
    type: str = strawberry.field(description="What happened, dotted; `eventTypes` lists them")
    timestamp: datetime.datetime = strawberry.field(
        resolver=lambda root: root.occurred_at, description="Timestamp of the change"
    )
    stream: str = strawberry.field(description="Aggregate whose events keep their order")
    sequence: int = strawberry.field(
        resolver=lambda root: root.seq, description="Number within the stream, without holes"
    )
    customer_id: int | None = strawberry.field(description="Number of the customer it is about")
    reseller_id: int | None = strawberry.field(
        description="Reseller it belongs to: of the customer at that time"
    )
    transaction_id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.transaction_id),
        description="Common to all events of one change",
    )
    actor: str = strawberry.field(
        resolver=actor_of, description="Who made the change; of staff only that, unless you are"
    )
    trace_id: str | None = strawberry.field(
        resolver=_trace_id, description="Request that made it, for staff and services"
    )
    causation_id: strawberry.ID | None = strawberry.field(
        resolver=_causation_id,
        description="Event whose handler made the change, for staff and services",
    )
    spec_version: int = strawberry.field(description="Version of the type's `data`")
    data: JSON = strawberry.field(description="What the type's `dataSchema` describes")
    customer: CustomerRef | None = strawberry.field(
        resolver=_customer, description="The customer as it is now; null once deleted"
    )
    cloud_event: JSON = strawberry.field(
        resolver=_cloud_event, description="The same in CloudEvents 1.0 structured JSON"
    )


@strawberry.type(description="A type of events that the modules announce")
class EventType:
    name: str = strawberry.field(description="Dotted name, as in filters")
    version: int = strawberry.field(description="Version of its `data`; additions keep it")
    description: str = strawberry.field(description="What it tells")
    permission: Permission = strawberry.field(description="What reading it needs")
    data_schema: JSON = strawberry.field(description="JSON Schema of its `data`")


def event_types() -> list[EventType]:
    """Query.eventTypes: the catalogue, module by module."""
    return [
        EventType(
            name=name,
            version=SPEC_VERSION,
            description=catalogue.DESCRIPTIONS[name],
            permission=catalogue.permission_of(name),
            data_schema=data_schema(kind),  # type: ignore[arg-type]
        )
        for name, kind in catalogue.EVENT_TYPES.items()
    ]
