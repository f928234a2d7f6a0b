"""Feeds: the events that one actor asked for and may see."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, true

from domain.customer.policy import can_see_event
from domain.kernel.access import Actor, Permission, Role, require
from domain.kernel.events import EventRow, LoggedEvent
from subscriptions import log
from subscriptions.hub import Hub

#: The guide's eight lifecycle events.
CUSTOMER_EVENT_TYPES = frozenset(
    {
        "customer.created",
        "customer.updated",
        "customer.deleted",
        "customer.subscription_state.changed",
        "customer.address.created",
        "customer.address.updated",
        "customer.document.verified",
        "customer.email.verified",
    }
)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted: all that are given must hold."""

    types: frozenset[str] = CUSTOMER_EVENT_TYPES
    customer_id: int | None = None
    reseller_id: int | None = None

    def matches(self, event: LoggedEvent) -> bool:
        return (
            event.type in self.types
            and self.customer_id in (None, event.customer_id)
            and self.reseller_id in (None, event.reseller_id)
        )

    def where(self) -> ColumnElement[bool]:
        """The same as ``matches``, in SQL."""
        wanted: ColumnElement[bool] = EventRow.type.in_(self.types)
        if self.customer_id is not None:
            wanted &= EventRow.customer_id == self.customer_id
        if self.reseller_id is not None:
            wanted &= EventRow.reseller_id == self.reseller_id
        return wanted


def visible_events(actor: Actor) -> ColumnElement[bool]:
    """The same as ``can_see_event``, in SQL."""
    if not actor.can(Permission.EVENT_READ):
        return false()
    if actor.sees_all_rows:
        return true()
    if actor.role is Role.RESELLER:
        return EventRow.reseller_id.in_(actor.reseller_ids)
    if actor.role is Role.CUSTOMER:
        return EventRow.customer_id == actor.customer_id
    return false()


async def customer_events(
    hub: Hub, actor: Actor, wanted: EventFilter, after: str | None = None
) -> AsyncGenerator[LoggedEvent, None]:
    """
    The customer lifecycle events in the actor's scope: after a cursor, or from now on.

    Raises:
        Unauthenticated, AccessDenied: the actor may not read events.
        Invalid: a cursor that is not of this log.
    """
    require(actor, Permission.EVENT_READ, "read events")
    position: int | None = None
    if after is not None:
        async with hub.database.reading() as connection:
            position = log.decode_cursor(after, await log.read_head(connection))

    def matches(event: LoggedEvent) -> bool:
        return wanted.matches(event) and can_see_event(
            actor, customer_id=event.customer_id, reseller_id=event.reseller_id
        )

    where = wanted.where() & visible_events(actor)
    async with aclosing(hub.follow(matches, where, position)) as events:
        async for event in events:
            yield event
