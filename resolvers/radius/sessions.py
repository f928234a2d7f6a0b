"""Fields that return sessions."""

from collections.abc import Awaitable

from domain.customer.records import Customer
from domain.kernel.access import Permission, require
from domain.kernel.paging import Slice
from domain.radius import queries, records
from domain.radius.queries import SessionFilter, SessionList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, session_id: int) -> Awaitable[records.RadiusSession | None]:
    """The visible session with this id."""
    return info.loaders.session_by_id.load(session_id)


async def changed(info: Info, session_id: int | None) -> records.RadiusSession | None:
    """The session that a mutation changed; null to who may change sessions and not read them."""
    if session_id is None or not info.actor.can(Permission.RADIUS_READ):
        return None
    return await by_id(info, session_id)


def customer_sessions(
    root: Customer,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    active: bool | None = None,
) -> Awaitable[Listing[records.RadiusSession]]:
    """Customer.sessions: the latest start first."""
    asked = SessionList(Slice.of(first, after, last, before), SessionFilter(active=active))
    return info.loaders.session_pages_by_customer.load((root.id, asked))


async def session_list(info: Info, asked: SessionList) -> Listing[records.RadiusSession]:
    """Query.radiusSessions: a page of all visible sessions that pass the filter."""
    require(info.actor, Permission.RADIUS_READ, "read sessions")
    async with info.context.reading() as connection:
        page = await queries.session_page(connection, info.actor, asked)
    return Listing(page, lambda: session_count(info, asked.filter))


async def session_count(info: Info, wanted: SessionFilter) -> int:
    """How many visible sessions pass the filter."""
    async with info.context.reading() as connection:
        return await queries.session_count(connection, info.actor, wanted)
