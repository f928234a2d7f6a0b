"""Which module reacts to which events: every module's table, attached to the bus."""

from domain.billing import handlers as billing
from domain.monitoring import handlers as monitoring
from domain.radius import handlers as radius
from domain.reseller import handlers as reseller
from domain.tariff import handlers as tariff
from subscriptions.event_bus import EventBus, Handler, Registry

HANDLERS: dict[str, dict[str, Handler]] = {
    "billing": billing.HANDLERS,
    "monitoring": monitoring.HANDLERS,
    "radius": radius.HANDLERS,
    "reseller": reseller.HANDLERS,
    "tariff": tariff.HANDLERS,
}


async def attach_handlers(registry: Registry) -> None:
    """Subscribe every module's handlers."""
    for module, handlers in HANDLERS.items():
        await EventBus(registry).attach(module, handlers)
