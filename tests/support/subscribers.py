"""Subscriptions without a transport: who follows what, and the bytes that each is handed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from domain.customer.events import CustomerUpdated, EmailVerified
from domain.customer.models import CustomerStatus
from domain.kernel.access import SYSTEM, Actor
from domain.kernel.events import Event
from graph.app import Application
from graph.context import Context
from graph.execution import Request
from graph.live.following import Alone, Stream
from graph.settings import Settings
from subscriptions.event_bus import Registry
from subscriptions.log import read_head
from tests.support.facts import running
from tests.support.server import SECRET
from tests.support.waiting import eventually

LIFECYCLE = """
    subscription Lifecycle($filter: CustomerEventFilter, $after: String) {
      customerEvents(filter: $filter, after: $after) {
        __typename id cursor customerId actor data
        customer { displayName sessions(first: 1) { totalCount } }
      }
    }
"""
LOG = """
    subscription Log($after: String) {
      events(after: $after) {
        __typename id cursor ... on Event { type actor traceId data customer { displayName } }
      }
    }
"""
_UNPOSITIONED = text("select count(*) from kernel.events where position is null")


@dataclass
class Subscriber:
    """One that takes what it is handed, as long as it ``goes_on``."""

    actor: Actor
    payloads: list[bytes] = field(default_factory=list)
    positions: list[int | None] = field(default_factory=list)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    stream: Stream | None = None
    failure: Exception | None = None

    async def take(self, stream: Stream) -> None:
        """Take to the end; a refusal is kept."""
        self.stream = stream
        try:
            async with aclosing(stream.deliveries()) as deliveries:
                async for delivery in deliveries:
                    self.payloads.append(delivery.payload)
                    self.positions.append(delivery.position)
                    await self.goes_on.wait()
        except Exception as failure:
            self.failure = failure

    async def identify(self) -> Actor:
        return self.actor

    @property
    def is_done(self) -> bool:
        """Whether it has all there is, or was refused."""
        return self.failure is not None or (self.stream is not None and self.stream.is_caught_up)


class House:
    """A process's live operations, with subscribers that come and go."""

    def __init__(self, application: Application, guests: AsyncExitStack) -> None:
        self.database = application.services.database
        self.live = application.live
        self.hub = application.services.stream.hub
        self._application = application
        self._guests = guests

    async def subscribed(
        self, actor: Actor, query: str = LIFECYCLE, *, alone: bool = False, **variables: Any
    ) -> Subscriber:
        """A subscriber that follows from now on, or behind ``after``; ``alone``: never shared."""
        subscriber = Subscriber(actor)
        subscriber.goes_on.set()
        context = Context(self._application.services, actor)
        executor = self._application.executor
        prepared = executor.prepared(Request(query, variables, None), context)
        if alone:
            stream: Stream = Alone(executor, prepared, context, subscriber.identify)
        else:
            stream = self.live.stream(prepared, context, subscriber.identify)
        await self._guests.enter_async_context(running(subscriber.take(stream)))
        # Its first step gives it its place in the log.
        await asyncio.sleep(0)
        return subscriber

    async def leave(self) -> None:
        """All subscribers go."""
        await self._guests.aclose()

    async def all_told(self, *subscribers: Subscriber) -> None:
        """Everything committed so far has been handed out to each of them."""
        async with asyncio.timeout(60):
            while await self._head() > self.hub.position:
                await asyncio.sleep(0.01)
        await eventually(lambda: all(each.is_done for each in subscribers))

    async def announce(self, *events: Event) -> None:
        """Announce the events in one transaction; no row changes."""
        async with self.database.unit_of_work(SYSTEM) as session:
            for event in events:
                await session.announce(event)

    async def _head(self) -> int:
        """The position that the newest event committed so far will have, or more."""
        async with self.database.reading() as connection:
            # Counted first: one that gets its position in between is counted twice, not never.
            unpositioned: int = await connection.scalar(_UNPOSITIONED)
            head = await read_head(connection)
        return head.position + unpositioned


def updated(customer_id: int, *fields: str, reseller_id: int | None = None) -> Event:
    """The announcement of a change."""
    return CustomerUpdated(
        customer_id=customer_id,
        reseller_id=reseller_id,
        changed_fields=list(fields),
        status=CustomerStatus.ACTIVE,
    )


def verified(customer_id: int, reseller_id: int | None = None) -> Event:
    """The announcement of a proved address."""
    return EmailVerified(
        customer_id=customer_id,
        reseller_id=reseller_id,
        email="ada@example.com",
        verified_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


@asynccontextmanager
async def house(database_url: str, data: Path) -> AsyncIterator[House]:
    """The live operations of a process that serves nothing."""
    settings = Settings(data=data, token_secret=SECRET)
    application = Application(settings, database_url, Registry())
    async with application.services.stream.running():
        async with AsyncExitStack() as guests:
            yield House(application, guests)
        await application.live.stop()
    await application.services.database.dispose()
