"""Root fields of dunning."""

from collections.abc import Awaitable

import strawberry

from domain.billing import dunning_queries, dunning_records
from domain.kernel.paging import Slice
from graph.billing.dunning_inputs import DunningCaseFilter
from graph.billing.dunning_types import DunningCase, DunningPolicy
from graph.connections import Connection
from graph.context import Info
from graph.node import nodes_of
from resolvers.billing import dunning
from resolvers.connections import Listing

nodes_of("DunningPolicy", dunning.policy_by_id)
nodes_of("DunningCase", dunning.case_by_id)


def case_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: DunningCaseFilter | None = None,
) -> Awaitable[Listing[dunning_records.DunningCase]]:
    """Query.dunningCases"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = dunning_queries.DunningCaseFilter() if filter is None else filter.to_domain()
    return dunning.case_list(info, dunning_queries.DunningCaseList(part, wanted))


@strawberry.type
class DunningQueries:
    dunning_policies: list[DunningPolicy] | None = strawberry.field(
        resolver=dunning.policies, description="Dunning policies by code, at most 100, for staff"
    )
    dunning_cases: Connection[DunningCase] | None = strawberry.field(
        resolver=case_list,
        description="Dunning cases, the latest first; `first` or `last` is required",
    )
