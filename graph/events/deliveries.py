"""Consumers of the event log and their dead letters, as GraphQL types and root fields."""

import datetime
from collections.abc import Awaitable

import strawberry

from domain.kernel import delivery_queries
from domain.kernel.delivery_queries import DeadLetterFilter
from domain.kernel.paging import Slice
from graph.connections import Connection
from graph.context import Info
from graph.events.letter_ids import letter_id
from graph.rows import RowType
from graph.scalars import JSON, BigInt
from resolvers.connections import Listing
from resolvers.events import deliveries


@strawberry.type(description="A durable handler of events, and where it stands in the log")
class EventConsumer(RowType):
    row = delivery_queries.ConsumerState

    name: str = strawberry.field(description="Name, which keeps its place over restarts")
    position: BigInt = strawberry.field(description="Last position that it was given deliveries of")
    lag: BigInt = strawberry.field(description="Positions from there to the end of the log")
    lag_seconds: float = strawberry.field(
        description="Age of the oldest event that it has to handle and that nothing holds up"
    )
    pending: int = strawberry.field(description="Deliveries that are to be tried, now or later")
    running: int = strawberry.field(description="Deliveries that are being tried")
    parked: int = strawberry.field(
        description="Deliveries that wait behind a dead letter of their stream"
    )
    dead: int = strawberry.field(description="Dead letters")
    is_ordered: bool = strawberry.field(
        description="Whether a dead letter holds up the later events of its stream"
    )
    is_paused: bool = strawberry.field(description="Whether it handles nothing for now")


@strawberry.type(description="An event that a handler failed to handle, and gave up")
class DeadLetter(RowType):
    row = delivery_queries.DeadLetter

    id: strawberry.ID = strawberry.field(
        resolver=letter_id, description="Opaque, for `redriveDeadLetters`"
    )
    consumer: str = strawberry.field(description="Name of the consumer")
    position: BigInt = strawberry.field(description="Position of the event in the log")
    event_id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.event_id), description="Id of the event"
    )
    stream: str = strawberry.field(description="Aggregate that the event is of, like customer:7")
    customer_id: int | None = strawberry.field(description="Customer that the event is about")
    event_type: str | None = strawberry.field(
        description="Type of the event; null if the log has lost it"
    )
    occurred_at: datetime.datetime | None = strawberry.field(description="Timestamp of the event")
    data: JSON | None = strawberry.field(description="Fields of the event")
    attempts: int = strawberry.field(description="How often it was tried since the last redrive")
    error: str | None = strawberry.field(description="What the last try ended with")
    died_at: datetime.datetime = strawberry.field(description="Timestamp at which it was given up")
    redrives: int = strawberry.field(description="How often it was redriven")
    blocks: int = strawberry.field(description="Deliveries of its stream that wait behind it")


def dead_letter_list(
    info: Info,
    consumer: str | None = None,
    customer_id: int | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[delivery_queries.DeadLetter]]:
    """Query.deadLetters"""
    part = Slice.of(first, after, last, before, required=True)
    return deliveries.dead_letter_list(info, DeadLetterFilter(consumer, customer_id), part)


@strawberry.type
class DeliveryQueries:
    event_consumers: list[EventConsumer] | None = strawberry.field(
        resolver=deliveries.consumer_list,
        description="Every durable handler of events, by name; needs `event:admin`",
    )
    dead_letters: Connection[DeadLetter] | None = strawberry.field(
        resolver=dead_letter_list,
        description="Events that handlers have given up, newest first; `first` or `last` is "
        "required; needs `event:admin`",
    )
