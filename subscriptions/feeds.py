"""Feeds: the events that one actor asked for and may see."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, false, true

from domain.customer.policy import can_see_event
from domain.kernel.access import Actor, Permission, Role, require
from domain.kernel.events import EventRow, LoggedEvent
from subscriptions import log
from subscriptions.catalogue import may_read
from subscriptions.hub import Gap, Hub

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
        wanted: ColumnElement[bool] = EventRow.type.in_(sorted(self.types))
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


async def events(
    hub: Hub, actor: Actor, wanted: EventFilter, after: str | None = None
) -> AsyncGenerator[LoggedEvent | Gap, None]:
    """
    The wanted events in the actor's scope, after a cursor or from now on, and every gap.

    Types whose module the actor may not read are left out.

    Raises:
        Unauthenticated, AccessDenied: the actor may not read events.
        Invalid: a cursor that is not of this log.
        LogRestored: the log went back to an earlier state.
    """
    require(actor, Permission.EVENT_READ, "read events")
    position: int | None = None
    if after is not None:
        position = log.open_cursor(after, await hub.head())
    wanted = replace(
        wanted, types=frozenset(name for name in wanted.types if may_read(actor, name))
    )

    def matches(event: LoggedEvent) -> bool:
        return wanted.matches(event) and can_see_event(
            actor, customer_id=event.customer_id, reseller_id=event.reseller_id
        )

    where = wanted.where() & visible_events(actor)
    followed = hub.follow(matches, where, position, customer_id=_only_customer(actor, wanted))
    async with aclosing(followed):
        async for told in followed:
            if isinstance(told, Gap) and not actor.sees_all_rows:
                # How much happens in all is nobody's business but the operator's.
                told = replace(told, count=None)
            yield told


def customer_events(
    hub: Hub, actor: Actor, wanted: EventFilter, after: str | None = None
) -> AsyncGenerator[LoggedEvent | Gap, None]:
    """The customer lifecycle events in the actor's scope: ``events`` of those types only."""
    return events(hub, actor, replace(wanted, types=wanted.types & CUSTOMER_EVENT_TYPES), after)


def _only_customer(actor: Actor, wanted: EventFilter) -> int | None:
    return actor.customer_id if actor.role is Role.CUSTOMER else wanted.customer_id
