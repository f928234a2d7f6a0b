"""Who may have webhook endpoints, who sees which, and what their owners see."""

from dataclasses import replace

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel import access
from domain.kernel.access import Actor, Permission, Role, require
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.needs import reading
from domain.kernel.reads import own_resellers
from domain.reseller.models import Reseller, ResellerStatus
from domain.reseller.tree import subtree_ids
from domain.webhook import records
from domain.webhook.models import WebhookEndpoint

_ENDPOINTS = reading("webhook endpoints", Permission.WEBHOOK_WRITE, Permission.EVENT_ADMIN)
#: What reading each kind of record needs, whatever the row; ``require_webhooks`` says who of them.
READS = {records.WebhookEndpoint: _ENDPOINTS, records.WebhookAttempt: _ENDPOINTS}


def require_webhooks(actor: Actor, act: str, *, only_looks: bool = False) -> None:
    """
    Let those pass who care for events (``event:admin``), and resellers.

    Raises:
        Unauthenticated, AccessDenied: ``act`` completes "You may not …".
        ReadOnly: the reseller may change nothing for now, and does not only look.
    """
    if actor.role is Role.RESELLER:
        asking = replace(actor, reads_only=None) if only_looks else actor
        require(asking, Permission.WEBHOOK_WRITE, act)
    else:
        require(actor, Permission.EVENT_ADMIN, act)
        if not actor.sees_all_rows:
            raise AccessDenied(act)


def visible_endpoints(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``WebhookEndpoint`` for one whom ``require_webhooks`` let pass."""
    if actor.sees_all_rows:
        return true()
    return WebhookEndpoint.reseller_id == own_resellers(actor)


def owner_asked_for(actor: Actor, reseller_id: int | None) -> int | None:
    """
    Whose a new endpoint is: of the reseller that is named, or the actor's own.

    Raises:
        Invalid: the actor is a reseller, and the named one is not in its subtree.
    """
    if actor.sees_all_rows:
        return reseller_id
    if reseller_id is None:
        return actor.reseller_id
    if reseller_id not in actor.reseller_ids:
        raise Invalid("resellerId", "is no reseller")
    return reseller_id


async def owner_of(
    connection: AsyncConnection, *, reseller_id: int | None, scopes: list[str]
) -> Actor | None:
    """
    In whose name events go to an endpoint, with the rows and permissions of now.

    None once its reseller is terminated: nothing is sent in its name any more.
    """
    if reseller_id is None:
        return access.service("webhook", [Permission(scope) for scope in scopes])
    status = await connection.scalar(select(Reseller.status).where(Reseller.id == reseller_id))
    if status in (None, ResellerStatus.TERMINATED):
        return None
    return access.reseller(reseller_id, await subtree_ids(connection, reseller_id))
