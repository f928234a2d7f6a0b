"""Endpoints as the delivery sees them: where to, for whom, and which events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.policy import can_see_event
from domain.kernel.access import PERMISSIONS, Actor, Permission, Role
from domain.kernel.events import LoggedEvent
from domain.kernel.reads import Kept, Read
from domain.kernel.records import fetch, select_record
from domain.webhook.event_types import EventTypes, matching, readable
from domain.webhook.models import WebhookEndpoint, WebhookFormat, WebhookStatus
from domain.webhook.policy import owner_of


@dataclass(frozen=True, slots=True)
class Target:
    """What is needed to deliver to an endpoint, but for its secrets."""

    id: int
    reseller_id: int | None
    url: str
    event_types: list[str]
    scopes: list[str]
    format: WebhookFormat
    failing_since: datetime | None

    def patterns(self, types: EventTypes) -> frozenset[str]:
        """What it is subscribed to, as types and patterns like ``customer.*``: at least that."""
        if "*" in self.event_types:
            return frozenset(f"{name.partition('.')[0]}.*" for name in types)
        return frozenset(self.event_types)

    def subscribed(self, types: EventTypes) -> frozenset[str]:
        """The types of events that it is subscribed to, as far as its owner may read them."""
        scopes = frozenset(Permission(scope) for scope in self.scopes)
        is_resellers = self.reseller_id is not None
        permissions = PERMISSIONS[Role.RESELLER] if is_resellers else scopes
        return matching(self.event_types, readable(permissions, types))

    async def owner(self, connection: AsyncConnection) -> Actor | None:
        """In whose name events go there now; None once nothing is sent any more."""
        return await owner_of(connection, reseller_id=self.reseller_id, scopes=self.scopes)

    def wants(self, owner: Actor, event: LoggedEvent, types: EventTypes) -> bool:
        """
        Whether the event goes there: subscribed to, of a type that the owner may read, and in the
        owner's scope both when it happened (the event's reseller) and now (the owner's subtree).
        """
        return event.type in self.subscribed(types) and can_see_event(
            owner, customer_id=event.customer_id, reseller_id=event.reseller_id
        )


# The bus asks for them whenever anything happens.
_ACTIVE = Read(
    Kept(
        select_record(Target, WebhookEndpoint).where(WebhookEndpoint.status == WebhookStatus.ACTIVE)
    ),
    {},
)


async def active_targets(connection: AsyncConnection) -> Sequence[Target]:
    """The endpoints that events are sent to now."""
    return await fetch(connection, Target, _ACTIVE)


async def target_by_id(connection: AsyncConnection, endpoint_id: int) -> Target | None:
    """The endpoint, whatever its status; None once it is deleted."""
    statement = select_record(Target, WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
    found = await fetch(connection, Target, statement)
    return found[0] if found else None
