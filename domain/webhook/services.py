"""What may be done to a webhook endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from domain.kernel import values
from domain.kernel.access import Permission
from domain.kernel.errors import Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Vault
from domain.webhook import event_types, place, urls
from domain.webhook.addresses import Guard
from domain.webhook.commands import CreateWebhookEndpoint
from domain.webhook.errors import TooManyWebhookEndpoints, WebhookEndpointNotFound
from domain.webhook.event_types import EventTypes
from domain.webhook.events import (
    WebhookEndpointCreated,
    WebhookEndpointDeleted,
    WebhookEndpointUpdated,
)
from domain.webhook.models import WebhookEndpoint, WebhookFormat, WebhookStatus
from domain.webhook.policy import (
    owner_asked_for,
    owner_of,
    require_webhooks,
    visible_endpoints,
)
from domain.webhook.secrets import add_secret

MOST_ENDPOINTS = 20
#: Class of the advisory locks under which an owner's endpoints are counted.
_OWNER_LOCK = 7_205_761
#: Fields that change, and their names in inputs.
_CHANGEABLE = {
    "url": "url",
    "description": "description",
    "event_types": "eventTypes",
    "format": "format",
}


@dataclass(frozen=True)
class WebhookService:
    """
    The endpoint's use cases. The session brings the actor, the instant and the rows.

    ``types`` is every type of event with the permission that reading it needs. An endpoint that
    is absent or another owner's raises ``WebhookEndpointNotFound``.
    """

    vault: Vault
    guard: Guard
    types: EventTypes

    async def create_endpoint(
        self, session: UnitOfWork, command: CreateWebhookEndpoint
    ) -> tuple[WebhookEndpoint, str]:
        """
        An endpoint that gets events from now on, and its secret, which is not shown again.

        Announces ``webhook.endpoint.created``.

        Raises:
            Invalid: a value breaks its rule, or the URL leads where webhooks may not go.
            TooManyWebhookEndpoints: the owner has twenty.
        """
        require_webhooks(session.actor, "create webhook endpoints")
        reseller_id = owner_asked_for(session.actor, command.reseller_id)
        url = await urls.reachable(command.url, self.guard, is_operators=reseller_id is None)
        await _check_count(session, reseller_id)
        endpoint = WebhookEndpoint(
            reseller_id=reseller_id,
            url=url,
            description=command.description and _description(command.description),
            format=command.format,
            status=WebhookStatus.ACTIVE,
            created_at=session.now,
            updated_at=session.now,
            **await self._subscribed(session, reseller_id, command.event_types),
        )
        session.add(endpoint)
        await session.flush()
        secret = await add_secret(session, self.vault, endpoint.id)
        await place.take(session, endpoint.id)
        await session.announce(
            WebhookEndpointCreated(
                reseller_id=reseller_id,
                endpoint_id=endpoint.id,
                event_types=endpoint.event_types,
            )
        )
        return endpoint, secret

    async def update_endpoint(
        self,
        session: UnitOfWork,
        endpoint_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> WebhookEndpoint:
        """
        Change URL, description, event types or format; announces it if any changed.

        New event types come from now on. A new URL has nothing failed yet.

        Raises:
            WebhookEndpointNotFound, Invalid, VersionConflict.
        """
        require_webhooks(session.actor, "change webhook endpoints")
        checked = await self._checked(session, endpoint_id, changes)
        endpoint = await locked(session, endpoint_id, expected_version)
        if "event_types" in checked:
            chosen = await self._subscribed(session, endpoint.reseller_id, checked["event_types"])
            is_new = chosen["event_types"] != endpoint.event_types
            # Who only says the same again widens nothing by what they may read themselves.
            checked |= chosen if is_new else {"event_types": endpoint.event_types}
        changed = [name for name, value in checked.items() if getattr(endpoint, name) != value]
        for name in changed:
            setattr(endpoint, name, checked[name])
        if "url" in changed:
            endpoint.failing_since = None
        await touched(session, endpoint, changed)
        return endpoint

    async def rotate_secret(
        self, session: UnitOfWork, endpoint_id: int, *, expected_version: int | None = None
    ) -> tuple[WebhookEndpoint, str]:
        """
        A new secret, which is not shown again; requests carry both signatures for 24 hours.

        Raises:
            WebhookEndpointNotFound, VersionConflict.
        """
        require_webhooks(session.actor, "change webhook endpoints")
        endpoint = await locked(session, endpoint_id, expected_version)
        secret = await add_secret(session, self.vault, endpoint_id)
        await touched(session, endpoint, ["secret"])
        return endpoint, secret

    async def delete_endpoint(
        self, session: UnitOfWork, endpoint_id: int, *, expected_version: int | None = None
    ) -> None:
        """
        Remove the endpoint, its secrets, its attempts and all that was to be delivered to it.

        Raises:
            WebhookEndpointNotFound, VersionConflict.
        """
        require_webhooks(session.actor, "delete webhook endpoints")
        endpoint = await locked(session, endpoint_id, expected_version)
        await place.give_up(session, endpoint_id)
        # Told while it is there, and locked: afterwards its stream is nobody's.
        await session.announce(
            WebhookEndpointDeleted(reseller_id=endpoint.reseller_id, endpoint_id=endpoint_id)
        )
        await session.delete(endpoint)

    async def _checked(
        self, session: UnitOfWork, endpoint_id: int, changes: Mapping[str, Any]
    ) -> dict[str, Any]:
        for name, value in changes.items():
            if name not in _CHANGEABLE:
                raise Invalid(name, "is no field of an endpoint that changes")
            if value is None and name != "description":
                raise Invalid(_CHANGEABLE[name], "cannot be cleared")
        checked = dict(changes)
        if "url" in checked:
            # The owner never changes, and no row is locked while a name is resolved.
            is_operators = await _owner_of(session, endpoint_id) is None
            checked["url"] = await urls.reachable(
                checked["url"], self.guard, is_operators=is_operators
            )
        if checked.get("description") is not None:
            checked["description"] = _description(checked["description"])
        if "format" in checked:
            checked["format"] = WebhookFormat(checked["format"])
        return checked

    async def _subscribed(
        self, session: UnitOfWork, reseller_id: int | None, patterns: list[str]
    ) -> dict[str, list[str]]:
        """The columns that say what the endpoint gets; never more than its owner may read."""
        of_use = session.actor.permissions & {Permission.EVENT_READ, *self.types.values()}
        scopes = sorted(map(str, of_use)) if reseller_id is None else []
        connection = await session.connection()
        owner = await owner_of(connection, reseller_id=reseller_id, scopes=scopes)
        if owner is None:
            raise Invalid("resellerId", "is no reseller")
        types = event_types.readable(owner.permissions, self.types)
        return {"event_types": event_types.checked(patterns, types), "scopes": scopes}


async def locked(
    session: UnitOfWork, endpoint_id: int, expected_version: int | None = None
) -> WebhookEndpoint:
    """The endpoint, locked. Raises ``WebhookEndpointNotFound``, ``VersionConflict``."""
    endpoint = await session.locked(
        WebhookEndpoint, WebhookEndpoint.id == endpoint_id, visible_endpoints(session.actor)
    )
    if endpoint is None:
        raise WebhookEndpointNotFound(endpoint_id)
    if expected_version not in (None, endpoint.version):
        raise VersionConflict("webhook endpoint", current_version=endpoint.version)
    return endpoint


async def touched(session: UnitOfWork, endpoint: WebhookEndpoint, changed: list[str]) -> None:
    """Date the change and announce ``webhook.endpoint.updated``, if there was one."""
    shown = sorted({*changed} - {"scopes"})
    if not shown:
        return
    endpoint.updated_at = session.now
    await session.announce(
        WebhookEndpointUpdated(
            reseller_id=endpoint.reseller_id, endpoint_id=endpoint.id, changed_fields=shown
        )
    )


async def _owner_of(session: UnitOfWork, endpoint_id: int) -> int | None:
    """The endpoint's reseller, None for the operator. Raises ``WebhookEndpointNotFound``."""
    found = await session.execute(
        select(WebhookEndpoint.reseller_id).where(
            WebhookEndpoint.id == endpoint_id, visible_endpoints(session.actor)
        )
    )
    owners = found.scalars().all()
    if not owners:
        raise WebhookEndpointNotFound(endpoint_id)
    return owners[0]


async def _check_count(session: UnitOfWork, reseller_id: int | None) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(_OWNER_LOCK, reseller_id or 0)))
    owned = (
        WebhookEndpoint.reseller_id.is_(None)
        if reseller_id is None
        else WebhookEndpoint.reseller_id == reseller_id
    )
    count = await session.scalar(select(func.count()).select_from(WebhookEndpoint).where(owned))
    if count is not None and count >= MOST_ENDPOINTS:
        raise TooManyWebhookEndpoints(MOST_ENDPOINTS)


def _description(text: str) -> str:
    return values.text(text, "description")
