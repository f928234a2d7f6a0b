"""EventBus: handlers of events, run once each in order, retried, and never lost (guide)."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.consumers import register

Handler = Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """
    A named, durable reader of the log. ``pattern`` is an event type, or ``customer.*``.

    The name keeps its place in the log over restarts. ``replays`` starts a new one at the
    beginning of the log; otherwise it starts at the end. ``origin`` is the function that was
    subscribed.
    """

    name: str
    pattern: str
    handle: Handler
    origin: Callable[..., Any]
    replays: bool = False

    def wants(self, event_type: str) -> bool:
        if self.pattern.endswith(".*"):
            return event_type.startswith(self.pattern[:-1])
        return event_type == self.pattern


class Registry:
    """The consumers of a process, and the database that their places are kept in."""

    def __init__(self) -> None:
        self.consumers: dict[str, Consumer] = {}
        self.database: Database | None = None

    async def add(self, consumer: Consumer) -> None:
        """
        Add a consumer; from then on no event of its type passes it by.

        Raises:
            ValueError: another function has the name, and with it the place in the log.
        """
        known = self.consumers.get(consumer.name)
        if known is not None and known.origin != consumer.origin:
            raise ValueError(f"another handler is subscribed as {consumer.name}")
        if self.database is not None:
            await register(self.database, consumer.name, replays=consumer.replays)
        self.consumers[consumer.name] = consumer


#: What ``EventBus()`` speaks for.
PROCESS = Registry()


class EventBus:
    """
    Where modules subscribe to events (guide, Subscribing to Events).

    ``EventBus()`` is the process's bus: the running application delivers to its handlers.
    """

    def __init__(self, registry: Registry = PROCESS) -> None:
        self._registry = registry

    async def subscribe(
        self, event_type: str, handler: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """
        Call the handler with the guide's envelope of each event of the type, from now on.

        ``event_type`` is exact or ends in ``.*``. A handler that raises is called again with
        growing delays; after five failures the event is put aside as a dead letter.
        """
        if not inspect.iscoroutinefunction(handler):
            raise TypeError("a handler must be an async function of one argument")

        async def handle(_session: UnitOfWork, event: LoggedEvent) -> None:
            await handler(event.envelope())

        name = f"{handler.__module__}.{handler.__qualname__}:{event_type}"
        await self._registry.add(Consumer(name, event_type, handle, origin=handler))

    async def attach(self, module: str, handlers: dict[str, Handler]) -> None:
        """Subscribe a module's table of handlers; each sees the log from its beginning."""
        for event_type, handler in handlers.items():
            name = f"{module}.{handler.__name__}:{event_type}"
            await self._registry.add(
                Consumer(name, event_type, handler, origin=handler, replays=True)
            )
