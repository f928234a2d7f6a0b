"""Live fields of the customer module."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import strawberry

from domain.customer.errors import CustomerNotFound
from domain.kernel.access import Permission, require
from graph.context import Info
from graph.customer.events import CustomerEvent
from graph.customer.inputs import CustomerBy, CustomerEventFilter
from graph.customer.queries import customer_by
from graph.refs import CustomerRef
from resolvers.customer import customers
from subscriptions.feeds import EventFilter, customer_events


@strawberry.type
class CustomerSubscriptions:
    @strawberry.subscription(
        description="Lifecycle events as they are committed", graphql_type=CustomerEvent
    )
    async def customer_events(
        self, info: Info, filter: CustomerEventFilter | None = None, after: str | None = None
    ) -> AsyncGenerator[Any, None]:
        wanted = EventFilter() if filter is None else filter.to_domain()
        after = info.context.resume_after or after
        hub = info.services.stream.hub
        async with aclosing(customer_events(hub, info.actor, wanted, after)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description="The customer now, and again at each change", graphql_type=CustomerRef
    )
    async def customer(self, info: Info, by: CustomerBy) -> AsyncGenerator[Any, None]:
        require(info.actor, Permission.EVENT_READ, "read events")
        hub = info.services.stream.hub
        # Read before the row: a change between the two is told again, never missed.
        head = await hub.head()
        found = await customer_by(info, by)
        if found is None:
            raise CustomerNotFound("with that key")
        yield found
        wanted, cursor = EventFilter(customer_id=found.id), head.cursors.seal(head.position)
        async with aclosing(customer_events(hub, info.actor, wanted, cursor)) as events:
            async for _ in events:
                info.forget()
                changed = await customers.by_id(info, found.id)
                if changed is None:
                    return
                yield changed
