"""Fields that return resellers."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.access import Permission, require
from domain.kernel.paging import Slice
from domain.reseller import queries, records
from domain.reseller.models import ResellerStatus
from domain.reseller.queries import ResellerFilter, ResellerList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, reseller_id: int) -> Awaitable[records.Reseller | None]:
    """The visible reseller with this id."""
    return info.loaders.reseller_by_id.load(reseller_id)


def by_code(info: Info, code: str) -> Awaitable[records.Reseller | None]:
    """Query.reseller(by: {code})"""
    return info.loaders.reseller_by_code.load(code.strip().upper())


def of_row(root: Any, info: Info) -> Awaitable[records.Reseller | None] | None:
    """The reseller that a row names: ``Customer.reseller``, ``CommissionEntry.reseller``."""
    return None if root.reseller_id is None else info.loaders.reseller_by_id.load(root.reseller_id)


def reseller_parent(
    root: records.Reseller, info: Info
) -> Awaitable[records.Reseller | None] | None:
    """Reseller.parent: null at the root of a tree, and where the actor's scope ends."""
    return None if root.parent_id is None else info.loaders.reseller_by_id.load(root.parent_id)


def reseller_children(
    root: records.Reseller,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    status: ResellerStatus | None = None,
) -> Awaitable[Listing[records.Reseller]]:
    """Reseller.children: those right below, in the order they were entered."""
    wanted = ResellerFilter(status=None if status is None else (status,))
    asked = ResellerList(Slice.of(first, after, last, before), wanted)
    return info.loaders.reseller_pages_by_parent.load((root.id, asked))


async def reseller_list(info: Info, asked: ResellerList) -> Listing[records.Reseller]:
    """Query.resellers: a page of all visible resellers that pass the filter."""
    require(info.actor, Permission.RESELLER_READ, "read resellers")
    async with info.context.reading() as connection:
        page = await queries.reseller_page(connection, info.actor, asked)
    return Listing(page, lambda: reseller_count(info, asked.filter))


async def reseller_count(info: Info, reseller_filter: ResellerFilter) -> int:
    """How many visible resellers pass the filter."""
    async with info.context.reading() as connection:
        return await queries.reseller_count(connection, info.actor, reseller_filter)
