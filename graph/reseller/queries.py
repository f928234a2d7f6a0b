"""Root fields of the reseller module."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.paging import Slice
from domain.reseller import queries, records
from domain.reseller.queries import ResellerList
from graph.connections import Connection
from graph.context import Info
from graph.ids import key_of
from graph.node import nodes_of
from graph.reseller.inputs import ResellerBy, ResellerFilter
from graph.reseller.types import Reseller
from resolvers.connections import Listing
from resolvers.reseller import commissions, resellers

nodes_of("Reseller", resellers.by_id)
nodes_of("CommissionEntry", commissions.by_id)
nodes_of("CommissionSettlement", commissions.settlement_by_id)


def reseller_by(info: Info, by: ResellerBy) -> Awaitable[records.Reseller | None]:
    """The reseller that the one given field names."""
    if by.id not in (None, strawberry.UNSET):
        return resellers.by_id(info, key_of(str(by.id), "Reseller"))
    if by.code not in (None, strawberry.UNSET):
        return resellers.by_code(info, str(by.code))
    return resellers.by_id(info, by.reseller_id or 0)


def reseller_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: ResellerFilter | None = None,
) -> Awaitable[Listing[records.Reseller]]:
    """Query.resellers"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = queries.ResellerFilter() if filter is None else filter.to_domain()
    return resellers.reseller_list(info, ResellerList(part, wanted))


@strawberry.type
class ResellerQueries:
    reseller: Reseller | None = strawberry.field(
        resolver=reseller_by, description="One reseller, or null if there is none you may see"
    )
    resellers: Connection[Reseller] | None = strawberry.field(
        resolver=reseller_list, description="Resellers; `first` or `last` is required"
    )
