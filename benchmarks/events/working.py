"""What the relay and the handlers get done when there is much to do."""

import time

from benchmarks.events.figures import Figure
from benchmarks.events.logs import Server, drain, opened, write_backlog
from benchmarks.events.sizes import Size
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.bus import Bus
from subscriptions.event_bus import EventBus, Registry


async def relay_rate(server: Server, size: Size) -> Figure:
    """Positions a second that the relay gives to a backlog."""
    rates = []
    for number in range(-size.warm_ups, size.rounds):
        async with server.fresh_database() as url, opened(url) as database:
            await write_backlog(url, size.backlog)
            begun = time.monotonic()
            total = await drain(database)
            if number >= 0:
                rates.append(total / (time.monotonic() - begun))
    return Figure("relay: positions given to a backlog", "events/s", tuple(rates))


async def handler_rate(server: Server, size: Size) -> Figure:
    """
    Deliveries a second of one process to a handler that does nothing.

    Ordered within each of 500 customers, each delivery a transaction with its handler's work.
    """

    async def do_nothing(_session: UnitOfWork, _event: LoggedEvent) -> None:
        """Only the bus is measured."""

    rates = []
    for number in range(-size.warm_ups, size.rounds):
        async with server.fresh_database() as url, opened(url, pool_size=20) as database:
            registry = Registry()
            await EventBus(registry).attach("bench", {"customer.email.verified": do_nothing})
            bus = Bus(database, registry)
            await bus.start()
            backlog = max(size.backlog // 5, 1)
            await write_backlog(url, backlog)
            await drain(database)
            begun = time.monotonic()
            await bus.deliver_all()
            if number >= 0:
                rates.append(backlog / (time.monotonic() - begun))
    return Figure("handlers: deliveries done, one process, ordered", "deliveries/s", tuple(rates))
