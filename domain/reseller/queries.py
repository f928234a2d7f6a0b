"""Reads of resellers: each takes the actor and returns only rows of its scope."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

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
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import columns, fetch
from domain.reseller import models, records
from domain.reseller.models import ResellerStatus
from domain.reseller.policy import visible_resellers


class ResellerFilter(NamedTuple):
    """All that are given must hold. ``query`` finds parts of codes and names."""

    query: str | None = None
    status: tuple[ResellerStatus, ...] | None = None


class ResellerList(NamedTuple):
    """A list of resellers as a client asks for it, in the order they were entered."""

    part: Slice
    filter: ResellerFilter = ResellerFilter()


_ORDER = Ordering("id", (models.Reseller.id,))


async def resellers_by_id(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int]
) -> dict[int, records.Reseller]:
    """The visible resellers with these ids."""
    found = await _resellers(connection, actor, models.Reseller.id, reseller_ids)
    return {reseller.id: reseller for reseller in found}


async def resellers_by_code(
    connection: AsyncConnection, actor: Actor, codes: Collection[str]
) -> dict[str, records.Reseller]:
    """The visible resellers with these codes (upper case)."""
    found = await _resellers(connection, actor, models.Reseller.code, codes)
    return {reseller.code: reseller for reseller in found}


async def reseller_page(
    connection: AsyncConnection, actor: Actor, asked: ResellerList
) -> Page[records.Reseller]:
    """One page of the visible resellers that pass the filter."""
    return await page_of(
        connection,
        records.Reseller,
        _matching(actor, asked.filter),
        order=_ORDER,
        part=asked.part,
        bound_to=asked.filter,
    )


async def reseller_count(
    connection: AsyncConnection, actor: Actor, reseller_filter: ResellerFilter
) -> int:
    """How many visible resellers pass the filter."""
    return await count_of(connection, _matching(actor, reseller_filter))


async def reseller_pages_by_parent(
    connection: AsyncConnection, actor: Actor, parent_ids: Collection[int], asked: ResellerList
) -> dict[int, Page[records.Reseller]]:
    """The same page of the resellers right below each."""
    return await pages_by_parent(
        connection,
        records.Reseller,
        _matching(actor, asked.filter),
        parent=models.Reseller.parent_id,
        parents=parent_ids,
        order=_ORDER,
        part=asked.part,
        bound_to=asked.filter,
    )


async def reseller_counts_by_parent(
    connection: AsyncConnection,
    actor: Actor,
    parent_ids: Collection[int],
    reseller_filter: ResellerFilter,
) -> dict[int, int]:
    """How many resellers right below each pass the filter."""
    return await counts_by_parent(
        connection,
        _matching(actor, reseller_filter),
        parent=models.Reseller.parent_id,
        parents=parent_ids,
    )


async def _resellers(
    connection: AsyncConnection, actor: Actor, column: Any, keys: Collection[Any]
) -> list[records.Reseller]:
    return await fetch(connection, records.Reseller, _by_key(actor, column), keys=keys)


@remembered
def _by_key(actor: Actor, column: Any) -> Select[Any]:
    return _select(actor).where(one_of(column)).order_by(models.Reseller.id)


@remembered
def _matching(actor: Actor, wanted: ResellerFilter) -> Select[Any]:
    reseller = models.Reseller
    statement = _select(actor)
    if wanted.status is not None:
        statement = statement.where(reseller.status.in_(wanted.status))
    if wanted.query is not None:
        searched = (reseller.code, reseller.name)
        statement = statement.where(
            or_(*(column.icontains(wanted.query, autoescape=True) for column in searched))
        )
    return statement


def _select(actor: Actor) -> Select[Any]:
    """Visible resellers; what they earn is null to those who may not read commission."""
    require(actor, Permission.RESELLER_READ, "read resellers")
    shown = columns(records.Reseller, models.Reseller)
    if not actor.can(Permission.COMMISSION_READ):
        earned = models.Reseller.commission_percent
        shown = [null().label("hidden") if column is earned else column for column in shown]
    return select(*shown).where(visible_resellers(actor))
