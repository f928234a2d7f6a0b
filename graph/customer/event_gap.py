"""What a subscriber is told instead of events that the log no longer holds."""

import datetime
from typing import Any

import strawberry

from graph.context import Info
from graph.customer.enums import CustomerEventType
from graph.customer.events import CustomerEvent
from graph.events.enums import GapReason
from graph.events.types import LogEntry, cursor_of
from graph.refs import CustomerRef
from graph.scalars import JSON
from subscriptions.hub import Gap


def _from_cursor(root: Gap, info: Info) -> str:
    return info.services.stream.hub.cursors.seal(root.from_position)


def _gap_id(root: Gap, info: Info) -> str:
    return f"gap.{_from_cursor(root, info)}.{cursor_of(root, info)}"


def _gap_data(root: Gap, info: Info) -> dict[str, Any]:
    return {
        "from_cursor": _from_cursor(root, info),
        "to_cursor": cursor_of(root, info),
        "reason": root.reason.value,
        "count": root.count,
    }


@strawberry.type(
    description="Events were missed that the log no longer holds; query the state, then go on"
)
class EventGap(CustomerEvent, LogEntry):
    id: strawberry.ID = strawberry.field(
        resolver=_gap_id, description="Made of the gap's two cursors"
    )
    type: CustomerEventType = strawberry.field(
        resolver=lambda: CustomerEventType("event.gap"), description="EVENT_GAP"
    )
    timestamp: datetime.datetime = strawberry.field(
        resolver=lambda: datetime.datetime.now(datetime.UTC),
        description="Timestamp at which it was told",
    )
    cursor: str = strawberry.field(
        resolver=cursor_of, description="The same as `toCursor`: the next event comes behind it"
    )
    customer_id: int | None = strawberry.field(
        resolver=lambda: None, description="Null: it may concern any"
    )
    transaction_id: strawberry.ID | None = strawberry.field(
        resolver=lambda: None, description="Null: nobody changed anything"
    )
    actor: str = strawberry.field(resolver=lambda: "system", description="system")
    data: JSON = strawberry.field(resolver=_gap_data, description="Its own fields, in snake_case")
    customer: CustomerRef | None = strawberry.field(
        resolver=lambda: None, description="Null: it may concern any"
    )
    from_cursor: str = strawberry.field(
        resolver=_from_cursor, description="Place behind which events were missed"
    )
    to_cursor: str = strawberry.field(
        resolver=cursor_of, description="Place up to which events were missed"
    )
    count: int | None = strawberry.field(
        description="Events of any kind that were passed over, so an upper bound; null to those "
        "who do not see all rows"
    )
    reason: GapReason = strawberry.field(description="Why they are gone")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, Gap)
