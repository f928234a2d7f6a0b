"""Fields that return webhook endpoints, their health and their attempts."""

from collections.abc import Awaitable
from uuid import UUID

import strawberry

from domain.kernel.errors import Invalid
from domain.kernel.paging import Slice
from domain.webhook import queries, records
from domain.webhook.queries import AttemptFilter, AttemptList, EndpointFilter, EndpointList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, endpoint_id: int) -> Awaitable[records.WebhookEndpoint | None]:
    """The visible endpoint with this id."""
    return info.loaders.webhook_endpoint_by_id.load(endpoint_id)


def attempt_by_id(info: Info, attempt_id: int) -> Awaitable[records.WebhookAttempt | None]:
    """The attempt with this id at a visible endpoint."""
    return info.loaders.webhook_attempt_by_id.load(attempt_id)


async def endpoint_list(info: Info, asked: EndpointList) -> Listing[records.WebhookEndpoint]:
    """Query.webhookEndpoints: in the order they were created."""
    async with info.context.reading() as connection:
        page = await queries.endpoint_page(connection, info.actor, asked)
    return Listing(page, lambda: endpoint_count(info, asked.filter))


async def endpoint_count(info: Info, endpoint_filter: EndpointFilter) -> int:
    """How many visible endpoints pass the filter."""
    async with info.context.reading() as connection:
        return await queries.endpoint_count(connection, info.actor, endpoint_filter)


async def backlog_pending(root: records.WebhookEndpoint, info: Info) -> int:
    """WebhookHealth.pending"""
    return (await info.loaders.webhook_backlog_by_endpoint.load(root.id)).pending


async def backlog_dead(root: records.WebhookEndpoint, info: Info) -> int:
    """WebhookHealth.dead"""
    return (await info.loaders.webhook_backlog_by_endpoint.load(root.id)).dead


def endpoint_attempts(
    root: records.WebhookEndpoint,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    event_id: strawberry.ID | None = None,
    was_delivered: bool | None = None,
) -> Awaitable[Listing[records.WebhookAttempt]]:
    """WebhookEndpoint.attempts: newest first."""
    wanted = AttemptFilter(_event_id(event_id), was_delivered)
    asked = AttemptList(Slice.of(first, after, last, before), wanted)
    return info.loaders.webhook_attempt_pages_by_endpoint.load((root.id, asked))


def _event_id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise Invalid("eventId", "is no UUID") from None
