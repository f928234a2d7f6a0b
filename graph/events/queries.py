"""Root fields of the event log."""

import strawberry

from graph.events.types import EventType, event_types


@strawberry.type
class EventQueries:
    event_types: list[EventType] = strawberry.field(
        resolver=event_types, description="Every type of event there is, whoever may read it"
    )
