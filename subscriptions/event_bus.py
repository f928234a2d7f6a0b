"""EventBus: where handlers of events are subscribed, and what the bus must know of each (guide)."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.kernel.concerns import concerns_of
from domain.kernel.database import Database
from domain.kernel.deliveries import Permanent as Permanent
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.deliveries import register

Handler = Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Retry:
    """Seconds until each further try, less a random half; after the last the event is dead."""

    delays: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)

    @property
    def tries(self) -> int:
        """How often an event is tried before it is a dead letter."""
        return len(self.delays) + 1


@dataclass(frozen=True, slots=True)
class Consumer:
    """
    A named, durable reader of the log; each pattern is an event type, or ``customer.*``.

    The name keeps its place in the log over restarts. ``replays`` starts a new one at the
    beginning of the log; otherwise it starts at the end. ``origin`` tells a second subscription
    of the same function from another function of that name.

    A handler ``in_transaction`` is committed together with its delivery: its rows are changed
    exactly once. Any other gets a session that has no transaction yet (it commits for itself, or
    leaves it alone), and its delivery is done afterwards: at least once, so it must know an event
    again, by ``event_id`` (``domain.kernel.inbox``).

    An ordered one handles the events of one stream one after the other, and waits behind one
    that is dead; different streams go on, ``most_at_once`` of them together in each process.

    With ``resellers`` it gets only events of these (of their customers, or of themselves); with
    ``fields``, of the events that name ``changed_fields``, only those that name one of them.
    """

    name: str
    patterns: frozenset[str]
    handle: Handler
    origin: object
    replays: bool = False
    retry: Retry = field(default_factory=Retry)
    is_ordered: bool = True
    in_transaction: bool = True
    most_at_once: int = 4
    resellers: frozenset[int] | None = None
    fields: frozenset[str] | None = None


class ConsumerSource(Protocol):
    """Something that knows of consumers; the bus asks it in every round."""

    async def consumers(self) -> Mapping[str, Consumer]:
        """Those that there are now, by name."""
        ...


class Registry:
    """The consumers that the code of this process subscribes; their places are in the database."""

    def __init__(self) -> None:
        self.database: Database | None = None
        self.known: dict[str, Consumer] = {}

    async def consumers(self) -> Mapping[str, Consumer]:
        """Those that there are now, by name."""
        return dict(self.known)

    async def add(self, consumer: Consumer) -> None:
        """
        Add a consumer; from then on no event of its types passes it by.

        Raises:
            ValueError: another function has the name, and with it the place in the log.
        """
        known = self.known.get(consumer.name)
        if known is not None and known.origin != consumer.origin:
            raise ValueError(f"another handler is subscribed as {consumer.name}")
        if self.database is not None:
            await register(self.database, consumer)
        self.known[consumer.name] = consumer


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
        growing delays; after five failures the event is put aside as a dead letter, and the later
        ones of its customer wait behind it. The handler may see an event twice (after a crash):
        the envelope's ``id`` is the same then, and ``domain.kernel.inbox.first_time`` knows it.
        """
        if not inspect.iscoroutinefunction(handler):
            raise TypeError("a handler must be an async function of one argument")

        async def handle(_session: UnitOfWork, event: LoggedEvent) -> None:
            await handler(event.envelope())

        name = f"{handler.__module__}.{handler.__qualname__}:{event_type}"
        await self._registry.add(
            Consumer(name, frozenset({event_type}), handle, origin=handler, in_transaction=False)
        )

    async def attach(self, module: str, handlers: dict[str, Handler]) -> None:
        """
        Subscribe a module's table of handlers; each sees the log from its beginning.

        Each runs in one transaction with its delivery, as the system. One that is
        ``concerned_with`` some fields is spared changes of others.
        """
        for event_type, handler in handlers.items():
            name = f"{module}.{handler.__name__}:{event_type}"
            await self._registry.add(
                Consumer(
                    name,
                    frozenset({event_type}),
                    handler,
                    origin=handler,
                    replays=True,
                    fields=concerns_of(handler),
                )
            )
