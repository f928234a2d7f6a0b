"""Builders of webhook endpoints, and deliveries to them."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

from domain.kernel.access import SYSTEM, Actor
from domain.kernel.database import Database
from domain.kernel.vault import Vault
from domain.webhook.addresses import Guard, Resolve
from domain.webhook.commands import CreateWebhookEndpoint
from domain.webhook.sender import Sender
from domain.webhook.services import WebhookService
from domain.webhook.switching import pause_endpoint
from subscriptions.bus import Bus
from subscriptions.catalogue import EVENT_TYPES, permission_of
from subscriptions.event_bus import Registry, Retry
from subscriptions.relay import assign_positions
from subscriptions.webhooks import Webhooks
from tests.support.receiver import trusting

TYPES = {name: permission_of(name) for name in EVENT_TYPES}
LOOPBACK = (ip_network("127.0.0.1/32"), ip_network("::1/128"))
KEY = "a key for tests that is long enough to seal with"
#: Delays that a test needs not wait for.
AT_ONCE = Retry((0.0,) * 7)


def resolving(*answers: Sequence[str]) -> Resolve:
    """A resolver that gives these answers one after the other, the last for ever."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


LOCALLY = resolving(["127.0.0.1"])
#: Lets endpoints lie on loopback, those of resellers as well.
LOCAL_GUARD = Guard(LOOPBACK, LOCALLY, listed_for_tenants=LOOPBACK)


def a_service(guard: Guard | None = None, *keys: str) -> WebhookService:
    """The endpoints' use cases; endpoints may lie on loopback unless a guard says otherwise."""
    return WebhookService(Vault(keys or (KEY,)), guard or LOCAL_GUARD, TYPES)


async def created_endpoint(
    database: Database,
    url: str = "https://localhost:9443/hook",
    *event_types: str,
    actor: Actor = SYSTEM,
    **facts: Any,
) -> tuple[int, str]:
    """Create an endpoint, for all customer events unless told otherwise; its id and secret."""
    command = CreateWebhookEndpoint(
        url=url, event_types=list(event_types) or ["customer.*"], **facts
    )
    async with database.unit_of_work(actor) as session:
        endpoint, secret = await a_service().create_endpoint(session, command)
        return endpoint.id, secret


async def paused_endpoint(database: Database, reseller_id: int) -> int:
    """An endpoint that nothing is sent to; its id."""
    endpoint_id, _ = await created_endpoint(database, reseller_id=reseller_id)
    async with database.unit_of_work(SYSTEM) as session:
        await pause_endpoint(session, endpoint_id)
    return endpoint_id


def a_sender(guard: Guard | None = None, **limits: float) -> Sender:
    """A sender that trusts the receivers of tests."""
    return Sender(guard or LOCAL_GUARD, tls=trusting(), **limits)


async def delivered(
    database: Database,
    *,
    retry: Retry = AT_ONCE,
    keys: tuple[str, ...] = (),
    guard: Guard | None = None,
    **limits: float,
) -> None:
    """Relay the outbox and deliver to the endpoints until nothing is due."""
    sender = a_sender(guard, **limits)
    webhooks = Webhooks(database, a_service(None, *keys), sender, retry)
    bus = Bus(database, Registry(), webhooks)
    await bus.start()
    async with webhooks.running():
        assigned: int | None = None
        while assigned != 0:
            assigned, _ = await assign_positions(database)
            await bus.deliver_all()
