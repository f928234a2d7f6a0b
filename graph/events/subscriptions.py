"""Live fields of the event log."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import strawberry

from domain.kernel.access import Permission, require
from graph.context import Info
from graph.events.inputs import EventFilter
from graph.events.types import LogEntry
from subscriptions.feeds import events


@strawberry.type
class EventSubscriptions:
    @strawberry.subscription(
        description="Events of all modules as they are committed", graphql_type=LogEntry
    )
    async def events(
        self, info: Info, filter: EventFilter | None = None, after: str | None = None
    ) -> AsyncGenerator[Any, None]:
        require(info.actor, Permission.EVENT_READ, "read events")
        wanted = (filter or EventFilter()).to_domain(info.actor)
        after = info.context.resume_after or after
        hub = info.services.stream.hub
        async with aclosing(events(hub, info.actor, wanted, after)) as told:
            async for entry in told:
                yield entry
