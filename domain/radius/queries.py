"""Reads of RADIUS: each takes the actor and returns only rows of its scope."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor, Permission, require
from domain.kernel.addresses import IpAddress
from domain.kernel.errors import AccessDenied
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record
from domain.radius import models, records
from domain.radius.policy import visible_sessions

_NEWEST = Ordering(
    "newest", (models.RadiusSession.started_at, models.RadiusSession.id), descending=True
)


class SessionFilter(NamedTuple):
    """All that are given must hold; ``active`` asks for those online, or those that ended."""

    active: bool | None = None
    customer_id: int | None = None
    username: str | None = None
    nas_ip_address: IpAddress | None = None
    framed_ip_address: IpAddress | None = None


class SessionList(NamedTuple):
    """A list of sessions as a client asks for it, the latest start first."""

    part: Slice
    filter: SessionFilter = SessionFilter()


async def session_page(
    connection: AsyncConnection, actor: Actor, asked: SessionList
) -> Page[records.RadiusSession]:
    """One page of the visible sessions that pass the filter."""
    return await page_of(
        connection,
        records.RadiusSession,
        _matching(actor, asked.filter),
        order=_NEWEST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def session_count(connection: AsyncConnection, actor: Actor, wanted: SessionFilter) -> int:
    """How many visible sessions pass the filter."""
    return await count_of(connection, _matching(actor, wanted))


async def session_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: SessionList
) -> dict[int, Page[records.RadiusSession]]:
    """The same page of each customer's sessions."""
    return await pages_by_parent(
        connection,
        records.RadiusSession,
        _matching(actor, asked.filter),
        parent=models.RadiusSession.customer_id,
        parents=customer_ids,
        order=_NEWEST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def session_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], wanted: SessionFilter
) -> dict[int, int]:
    """How many sessions of each customer pass the filter."""
    return await counts_by_parent(
        connection,
        _matching(actor, wanted),
        parent=models.RadiusSession.customer_id,
        parents=customer_ids,
    )


async def sessions_by_id(
    connection: AsyncConnection, actor: Actor, session_ids: Collection[int]
) -> dict[int, records.RadiusSession]:
    """The visible sessions with these ids."""
    statement = _by_id(actor)
    found = await fetch(connection, records.RadiusSession, statement, keys=session_ids)
    return {session.id: session for session in found}


async def nas_list(connection: AsyncConnection, actor: Actor) -> list[records.Nas]:
    """Every network access server, by name; for staff and services only."""
    _require_network_staff(actor)
    statement = select_record(records.Nas, models.Nas).order_by(models.Nas.name)
    return await fetch(connection, records.Nas, statement)


async def nas_by_id(
    connection: AsyncConnection, actor: Actor, nas_ids: Collection[int]
) -> dict[int, records.Nas]:
    """The network access servers with these ids; nothing for who may not see the list."""
    if not _is_network_staff(actor):
        return {}
    found = await fetch(connection, records.Nas, _nas_by_id(actor), keys=nas_ids)
    return {nas.id: nas for nas in found}


async def unclaimed_count(connection: AsyncConnection, actor: Actor) -> int:
    """How many accounting records are nobody's."""
    _require_network_staff(actor)
    return await count_of(
        connection, select_record(records.UnclaimedAccounting, models.UnclaimedAccounting)
    )


async def unclaimed_page(
    connection: AsyncConnection, actor: Actor, part: Slice
) -> Page[records.UnclaimedAccounting]:
    """Accounting records of nobody's, newest first; for staff and services only."""
    _require_network_staff(actor)
    return await page_of(
        connection,
        records.UnclaimedAccounting,
        select_record(records.UnclaimedAccounting, models.UnclaimedAccounting),
        order=Ordering("newest", (models.UnclaimedAccounting.id,), descending=True),
        part=part,
    )


def _require_network_staff(actor: Actor) -> None:
    require(actor, Permission.RADIUS_READ, "read network access servers")
    if not _is_network_staff(actor):
        raise AccessDenied("read network access servers")


def _is_network_staff(actor: Actor) -> bool:
    return actor.can(Permission.RADIUS_READ) and actor.sees_all_rows


@remembered
def _nas_by_id(_actor: Actor) -> Select[Any]:
    return select_record(records.Nas, models.Nas).where(one_of(models.Nas.id))


@remembered
def _by_id(actor: Actor) -> Select[Any]:
    return _sessions(actor).where(one_of(models.RadiusSession.id))


def _sessions(actor: Actor) -> Select[Any]:
    require(actor, Permission.RADIUS_READ, "read sessions")
    return select_record(records.RadiusSession, models.RadiusSession).where(visible_sessions(actor))


@remembered
def _matching(actor: Actor, wanted: SessionFilter) -> Select[Any]:
    session, statement = models.RadiusSession, _sessions(actor)
    if wanted.active is not None:
        is_open = session.stopped_at.is_(None)
        statement = statement.where(is_open if wanted.active else ~is_open)
    for column, value in (
        (session.customer_id, wanted.customer_id),
        (session.username, wanted.username),
        (session.nas_ip_address, wanted.nas_ip_address),
        (session.framed_ip_address, wanted.framed_ip_address),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement
