"""Live fields of the customer module."""

from collections.abc import AsyncGenerator
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
        async for event in customer_events(info.services.stream.hub, info.actor, wanted, after):
            yield event

    @strawberry.subscription(
        description="The customer now, and again at each change", graphql_type=CustomerRef
    )
    async def customer(self, info: Info, by: CustomerBy) -> AsyncGenerator[Any, None]:
        require(info.actor, Permission.EVENT_READ, "read events")
        found = await customer_by(info, by)
        if found is None:
            raise CustomerNotFound("with that key")
        wanted = EventFilter(customer_id=found.id)
        events = customer_events(info.services.stream.hub, info.actor, wanted)
        yield found
        async for _ in events:
            info.forget()
            changed = await customers.by_id(info, found.id)
            if changed is None:
                return
            yield changed
