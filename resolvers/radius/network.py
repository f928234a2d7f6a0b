"""Fields that return network access servers and what they report of nobody's."""

from collections.abc import Awaitable

from domain.kernel.paging import Slice
from domain.radius import queries, records
from resolvers.connections import Listing
from resolvers.info import Info


def nas_by_id(info: Info, nas_id: int) -> Awaitable[records.Nas | None]:
    """The network access server with this id, for staff."""
    return info.loaders.nas_by_id.load(nas_id)


async def nas_list(info: Info) -> list[records.Nas]:
    """Query.nasList: by name."""
    async with info.context.reading() as connection:
        return await queries.nas_list(connection, info.actor)


async def unclaimed_accounting(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Listing[records.UnclaimedAccounting]:
    """Query.unclaimedAccounting: newest first."""
    part = Slice.of(first, after, last, before, required=True)
    async with info.context.reading() as connection:
        page = await queries.unclaimed_page(connection, info.actor, part)
    return Listing(page, lambda: unclaimed_count(info))


async def unclaimed_count(info: Info) -> int:
    """How many accounting records are nobody's."""
    async with info.context.reading() as connection:
        return await queries.unclaimed_count(connection, info.actor)
