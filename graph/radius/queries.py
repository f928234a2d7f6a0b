"""Root fields of the radius module."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.paging import Slice
from domain.radius import records
from domain.radius.queries import SessionFilter, SessionList
from graph.connections import Connection
from graph.context import Info
from graph.node import nodes_of
from graph.radius.inputs import RadiusSessionFilter
from graph.radius.types import Nas, RadiusSession, UnclaimedAccounting
from resolvers.connections import Listing
from resolvers.radius import credentials, network, sessions

nodes_of("RadiusSession", sessions.by_id)
nodes_of("Nas", network.nas_by_id)
nodes_of("ServiceCredential", credentials.by_id)


def session_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: RadiusSessionFilter | None = None,
) -> Awaitable[Listing[records.RadiusSession]]:
    """Query.radiusSessions"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = SessionFilter() if filter is None else filter.to_domain()
    return sessions.session_list(info, SessionList(part, wanted))


@strawberry.type
class RadiusQueries:
    radius_sessions: Connection[RadiusSession] | None = strawberry.field(
        resolver=session_list,
        description="Sessions, the latest start first; `first` or `last` is required",
    )
    nas_list: list[Nas] | None = strawberry.field(
        resolver=network.nas_list, description="Network access servers by name, for staff"
    )
    unclaimed_accounting: Connection[UnclaimedAccounting] | None = strawberry.field(
        resolver=network.unclaimed_accounting,
        description="Accounting records of unknown usernames, newest first, for staff; "
        "`first` or `last` is required",
    )
