"""The reads of alerts and network segments: records, policy applied, one statement a call."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Address
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
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
from domain.kernel.records import columns, fetch, select_record
from domain.monitoring import models, records
from domain.monitoring.commands import AlertFilter, AlertList
from domain.monitoring.coverage import serving
from domain.monitoring.policy import visible_alerts, visible_segments

NEWEST_FIRST = Ordering("newest", (models.Alert.id,), descending=True)
BY_CODE = Ordering("code", (models.NetworkSegment.code,))


async def alerts_by_id(
    connection: AsyncConnection, actor: Actor, alert_ids: Collection[int]
) -> dict[int, records.Alert]:
    """``alert_id → alert``; the absent and the invisible are left out, all for who reads none."""
    if not actor.can(Permission.MONITORING_READ):
        return {}
    found = await fetch(connection, records.Alert, _alerts_by_id(actor), keys=alert_ids)
    return {alert.id: alert for alert in found}


async def alerts_page(
    connection: AsyncConnection, actor: Actor, asked: AlertList
) -> Page[records.Alert]:
    """A page of all visible alerts, newest first."""
    return await page_of(
        connection,
        records.Alert,
        _alerts(actor, asked.filter),
        order=NEWEST_FIRST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def alerts_count(connection: AsyncConnection, actor: Actor, wanted: AlertFilter) -> int:
    """How many alerts are visible."""
    return await count_of(connection, _alerts(actor, wanted))


async def alerts_of(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: AlertList
) -> dict[int, Page[records.Alert]]:
    """``customer_id → page of alerts``, newest first; customers without any are left out."""
    return await pages_by_parent(
        connection,
        records.Alert,
        _alerts(actor, asked.filter),
        parent=models.Alert.customer_id,
        parents=customer_ids,
        order=NEWEST_FIRST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def alert_counts_of(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], wanted: AlertFilter
) -> dict[int, int]:
    """``customer_id → number of alerts``; customers without any are left out."""
    return await counts_by_parent(
        connection, _alerts(actor, wanted), parent=models.Alert.customer_id, parents=customer_ids
    )


async def notifications_of(
    connection: AsyncConnection, actor: Actor, alert_ids: Collection[int]
) -> dict[int, list[records.Notification]]:
    """``alert_id → its notifications`` in the order queued; alerts without any are left out."""
    statement = _notifications(actor)
    grouped: dict[int, list[records.Notification]] = {}
    for notification in await fetch(connection, records.Notification, statement, keys=alert_ids):
        grouped.setdefault(notification.alert_id, []).append(notification)
    return grouped


async def segments_by_id(
    connection: AsyncConnection, actor: Actor, segment_ids: Collection[int]
) -> dict[int, records.NetworkSegment]:
    """``segment_id → segment``; the absent and the invisible left out, all for who reads none."""
    if not actor.can(Permission.MONITORING_READ):
        return {}
    statement = _segments_by_id(actor)
    found = await fetch(connection, records.NetworkSegment, statement, keys=segment_ids)
    return {segment.id: segment for segment in found}


async def segments_page(
    connection: AsyncConnection,
    actor: Actor,
    kinds: Sequence[models.SegmentKind],
    part: Slice,
) -> Page[records.NetworkSegment]:
    """A page of the visible segments of those kinds, or of every kind if none is named, by code."""
    return await page_of(
        connection,
        records.NetworkSegment,
        _segments_of_kinds(actor, tuple(kinds)),
        order=BY_CODE,
        part=part,
        bound_to=tuple(kinds),
    )


async def segments_count(
    connection: AsyncConnection, actor: Actor, kinds: Sequence[models.SegmentKind]
) -> int:
    """How many segments of those kinds are visible."""
    return await count_of(connection, _segments_of_kinds(actor, tuple(kinds)))


async def segments_of(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.NetworkSegment]]:
    """
    ``customer_id → segments`` that serve the customer's SERVICE addresses, by code.

    Customers that none serves are left out (guide: service addresses determine segments).
    """
    grouped: dict[int, list[records.NetworkSegment]] = {}
    for customer_id, *values in await rows_of(connection, _serving(actor), keys=customer_ids):
        grouped.setdefault(customer_id, []).append(records.NetworkSegment(*values))
    return grouped


@remembered
def _serving(actor: Actor) -> Select[Any]:
    require(actor, Permission.MONITORING_READ, "read network segments")
    pairs = serving().where(one_of(Address.customer_id)).subquery()
    return (
        select(pairs.c.customer_id, *columns(records.NetworkSegment, models.NetworkSegment))
        .join(models.NetworkSegment, models.NetworkSegment.id == pairs.c.segment_id)
        .where(within_scope(actor, pairs.c.customer_id))
        .order_by(models.NetworkSegment.code)
    )


@remembered
def _notifications(actor: Actor) -> Select[Any]:
    require(actor, Permission.MONITORING_READ, "read alerts")
    return (
        select_record(records.Notification, models.Notification)
        .join(models.Alert, models.Alert.id == models.Notification.alert_id)
        .where(one_of(models.Notification.alert_id), visible_alerts(actor))
        .order_by(models.Notification.id)
    )


@remembered
def _alerts_by_id(actor: Actor) -> Select[Any]:
    return _visible_alerts(actor).where(one_of(models.Alert.id))


def _visible_alerts(actor: Actor) -> Select[Any]:
    require(actor, Permission.MONITORING_READ, "read alerts")
    return select_record(records.Alert, models.Alert).where(visible_alerts(actor))


@remembered
def _alerts(actor: Actor, wanted: AlertFilter) -> Select[Any]:
    statement = _visible_alerts(actor)
    if wanted.statuses:
        statement = statement.where(models.Alert.status.in_(wanted.statuses))
    if wanted.severities:
        statement = statement.where(models.Alert.severity.in_(wanted.severities))
    return statement


@remembered
def _segments_by_id(actor: Actor) -> Select[Any]:
    return _segments(actor).where(one_of(models.NetworkSegment.id))


@remembered
def _segments_of_kinds(actor: Actor, kinds: tuple[models.SegmentKind, ...]) -> Select[Any]:
    statement = _segments(actor)
    return statement.where(models.NetworkSegment.kind.in_(kinds)) if kinds else statement


def _segments(actor: Actor) -> Select[Any]:
    require(actor, Permission.MONITORING_READ, "read network segments")
    statement = select_record(records.NetworkSegment, models.NetworkSegment)
    return statement.where(visible_segments(actor))
