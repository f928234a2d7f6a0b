"""Which module reacts to which events: every module's table, attached to the bus."""

from subscriptions.event_bus import EventBus, Handler, Registry

HANDLERS: dict[str, dict[str, Handler]] = {}


async def attach_handlers(registry: Registry) -> None:
    """Subscribe every module's handlers."""
    for module, handlers in HANDLERS.items():
        await EventBus(registry).attach(module, handlers)
