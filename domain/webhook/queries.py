"""Reads of webhook endpoints and what was sent to them: only those the actor may care for."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.deliveries import EventDelivery
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import one_of, remembered, rows_of
from domain.kernel.records import fetch, select_record
from domain.webhook import models, records
from domain.webhook.models import WebhookStatus
from domain.webhook.place import consumer_name
from domain.webhook.policy import require_webhooks, visible_endpoints

_ORDER = Ordering("id", (models.WebhookEndpoint.id,))
_NEWEST_FIRST = Ordering("id", (models.WebhookAttempt.id,), descending=True)
_READ = "read webhook endpoints"


class EndpointFilter(NamedTuple):
    """All that are given must hold."""

    status: tuple[WebhookStatus, ...] | None = None
    reseller_id: int | None = None


class EndpointList(NamedTuple):
    """A list of endpoints as a client asks for it, in the order they were created."""

    part: Slice
    filter: EndpointFilter = EndpointFilter()


class AttemptFilter(NamedTuple):
    """All that are given must hold."""

    event_id: UUID | None = None
    was_delivered: bool | None = None


class AttemptList(NamedTuple):
    """A list of attempts as a client asks for it, newest first."""

    part: Slice
    filter: AttemptFilter = AttemptFilter()


async def endpoints_by_id(
    connection: AsyncConnection, actor: Actor, endpoint_ids: Collection[int]
) -> dict[int, records.WebhookEndpoint]:
    """The visible endpoints with these ids."""
    require_webhooks(actor, _READ, only_looks=True)
    statement = _endpoints_by_id(actor)
    found = await fetch(connection, records.WebhookEndpoint, statement, keys=endpoint_ids)
    return {endpoint.id: endpoint for endpoint in found}


async def endpoint_page(
    connection: AsyncConnection, actor: Actor, asked: EndpointList
) -> Page[records.WebhookEndpoint]:
    """One page of the visible endpoints that pass the filter."""
    require_webhooks(actor, _READ, only_looks=True)
    return await page_of(
        connection,
        records.WebhookEndpoint,
        _matching(actor, asked.filter),
        order=_ORDER,
        part=asked.part,
        bound_to=asked.filter,
    )


async def endpoint_count(
    connection: AsyncConnection, actor: Actor, endpoint_filter: EndpointFilter
) -> int:
    """How many visible endpoints pass the filter."""
    require_webhooks(actor, _READ, only_looks=True)
    return await count_of(connection, _matching(actor, endpoint_filter))


async def attempts_by_id(
    connection: AsyncConnection, actor: Actor, attempt_ids: Collection[int]
) -> dict[int, records.WebhookAttempt]:
    """The attempts with these ids at visible endpoints."""
    require_webhooks(actor, _READ, only_looks=True)
    statement = _attempts_by_id(actor)
    found = await fetch(connection, records.WebhookAttempt, statement, keys=attempt_ids)
    return {attempt.id: attempt for attempt in found}


async def attempt_pages_by_endpoint(
    connection: AsyncConnection, actor: Actor, endpoint_ids: Collection[int], asked: AttemptList
) -> dict[int, Page[records.WebhookAttempt]]:
    """The same page of each endpoint's attempts."""
    require_webhooks(actor, _READ, only_looks=True)
    return await pages_by_parent(
        connection,
        records.WebhookAttempt,
        _attempts(actor, asked.filter),
        parent=models.WebhookAttempt.endpoint_id,
        parents=endpoint_ids,
        order=_NEWEST_FIRST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def attempt_counts_by_endpoint(
    connection: AsyncConnection,
    actor: Actor,
    endpoint_ids: Collection[int],
    attempt_filter: AttemptFilter,
) -> dict[int, int]:
    """How many attempts of each endpoint pass the filter."""
    require_webhooks(actor, _READ, only_looks=True)
    return await counts_by_parent(
        connection,
        _attempts(actor, attempt_filter),
        parent=models.WebhookAttempt.endpoint_id,
        parents=endpoint_ids,
    )


async def backlogs_by_endpoint(
    connection: AsyncConnection, actor: Actor, endpoint_ids: Collection[int]
) -> dict[int, records.WebhookBacklog]:
    """How many deliveries to each visible endpoint are open, and how many dead."""
    visible = await endpoints_by_id(connection, actor, endpoint_ids)
    names = {consumer_name(endpoint_id): endpoint_id for endpoint_id in visible}
    rows = await rows_of(connection, _backlogs(actor), keys=[*names])
    return {names[name]: records.WebhookBacklog(pending, dead) for name, pending, dead in rows}


@remembered
def _backlogs(_actor: Actor) -> Any:
    dead = func.count(EventDelivery.died_at)
    return (
        select(EventDelivery.consumer, func.count() - dead, dead)
        .where(one_of(EventDelivery.consumer))
        .group_by(EventDelivery.consumer)
    )


@remembered
def _endpoints_by_id(actor: Actor) -> Select[Any]:
    return _endpoints(actor).where(one_of(models.WebhookEndpoint.id))


def _endpoints(actor: Actor) -> Select[Any]:
    return select_record(records.WebhookEndpoint, models.WebhookEndpoint).where(
        visible_endpoints(actor)
    )


@remembered
def _matching(actor: Actor, wanted: EndpointFilter) -> Select[Any]:
    endpoint, statement = models.WebhookEndpoint, _endpoints(actor)
    if wanted.status is not None:
        statement = statement.where(endpoint.status.in_(wanted.status))
    if wanted.reseller_id is not None:
        statement = statement.where(endpoint.reseller_id == wanted.reseller_id)
    return statement


@remembered
def _attempts_by_id(actor: Actor) -> Select[Any]:
    return _visible_attempts(actor).where(one_of(models.WebhookAttempt.id))


def _visible_attempts(actor: Actor) -> Select[Any]:
    visible = select(models.WebhookEndpoint.id).where(visible_endpoints(actor))
    return select_record(records.WebhookAttempt, models.WebhookAttempt).where(
        models.WebhookAttempt.endpoint_id.in_(visible)
    )


@remembered
def _attempts(actor: Actor, wanted: AttemptFilter) -> Select[Any]:
    attempt, statement = models.WebhookAttempt, _visible_attempts(actor)
    if wanted.event_id is not None:
        statement = statement.where(attempt.event_id == wanted.event_id)
    if wanted.was_delivered is not None:
        # A test that is on its way has no status yet, and is neither.
        is_delivered = attempt.failure.is_(None) & attempt.status_code.is_not(None)
        failed = attempt.failure.is_not(None)
        statement = statement.where(is_delivered if wanted.was_delivered else failed)
    return statement
