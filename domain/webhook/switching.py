"""Switching endpoints off and on again: by their owners, and by us when nobody is there."""

from datetime import timedelta

from domain.kernel.unit_of_work import UnitOfWork
from domain.webhook import place
from domain.webhook.events import WebhookEndpointDisabled
from domain.webhook.models import WebhookDisabledReason, WebhookEndpoint, WebhookStatus
from domain.webhook.policy import require_webhooks
from domain.webhook.services import locked, touched

#: Nothing but failures for so long, and the endpoint is taken for dead.
PATIENCE = timedelta(hours=24)


async def pause_endpoint(
    session: UnitOfWork, endpoint_id: int, *, expected_version: int | None = None
) -> WebhookEndpoint:
    """
    Send nothing until the endpoint is resumed; events to come are kept for it.

    An endpoint that is PAUSED already is left as it is.

    Raises:
        WebhookEndpointNotFound, VersionConflict.
    """
    require_webhooks(session.actor, "change webhook endpoints")
    endpoint = await locked(session, endpoint_id, expected_version)
    if endpoint.status is not WebhookStatus.PAUSED:
        endpoint.status, endpoint.disabled_reason = WebhookStatus.PAUSED, None
        await touched(session, endpoint, ["status"])
        await place.hold(session, endpoint_id)
    return endpoint


async def resume_endpoint(
    session: UnitOfWork, endpoint_id: int, *, expected_version: int | None = None
) -> WebhookEndpoint:
    """
    Send again, first what was kept; whatever had failed is forgiven.

    An endpoint that is ACTIVE already is left as it is, but for a hold on its place: that is
    released whatever the status says.

    Raises:
        WebhookEndpointNotFound, VersionConflict.
    """
    require_webhooks(session.actor, "change webhook endpoints")
    endpoint = await locked(session, endpoint_id, expected_version)
    if endpoint.status is not WebhookStatus.ACTIVE:
        endpoint.status, endpoint.disabled_reason = WebhookStatus.ACTIVE, None
        endpoint.failing_since = None
        await touched(session, endpoint, ["status"])
    await place.release(session, endpoint_id)
    return endpoint


async def retry_deliveries(session: UnitOfWork, endpoint_id: int) -> int:
    """
    Have the oldest dead deliveries tried again, at most 100, under the same event ids.

    How many they were. Each is told of in the log like any other dead letter that is redriven.

    Raises:
        WebhookEndpointNotFound.
    """
    require_webhooks(session.actor, "retry webhook deliveries")
    await locked(session, endpoint_id)
    return await place.revive(session, endpoint_id)


async def disable_endpoint(
    session: UnitOfWork, endpoint_id: int, reason: WebhookDisabledReason
) -> None:
    """
    Stop sending to an ACTIVE endpoint; announces ``webhook.endpoint.disabled``.

    FAILING is decided here, with the row locked: only if nothing was delivered for 24 hours.
    """
    endpoint = await session.locked(WebhookEndpoint, WebhookEndpoint.id == endpoint_id)
    if endpoint is None or endpoint.status is not WebhookStatus.ACTIVE:
        return
    endpoint.status, endpoint.disabled_reason = WebhookStatus.DISABLED, reason
    endpoint.updated_at = session.now
    await place.hold(session, endpoint_id)
    await session.announce(
        WebhookEndpointDisabled(
            reseller_id=endpoint.reseller_id, endpoint_id=endpoint_id, reason=reason
        )
    )
