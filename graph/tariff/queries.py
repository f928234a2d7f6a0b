"""Root fields of the tariff module."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.paging import Slice
from domain.tariff import queries, records
from graph.connections import Connection
from graph.context import Info
from graph.ids import key_of
from graph.node import nodes_of
from graph.tariff.inputs import TariffPlanBy, TariffPlanFilter, TariffPlanOrder
from graph.tariff.types import TariffPlan
from resolvers.connections import Listing
from resolvers.tariff import assignments, plans

nodes_of("TariffPlan", plans.by_id)
nodes_of("PlanAssignment", assignments.by_id)


def plan_by(info: Info, by: TariffPlanBy) -> Awaitable[records.TariffPlan | None]:
    """The plan that the one given field names."""
    if by.id not in (None, strawberry.UNSET):
        return plans.by_id(info, key_of(str(by.id), "TariffPlan"))
    if by.code not in (None, strawberry.UNSET):
        return plans.by_code(info, str(by.code))
    return plans.by_id(info, by.tariff_plan_id or 0)


def plan_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: TariffPlanFilter | None = None,
    order_by: TariffPlanOrder | None = None,
) -> Awaitable[Listing[records.TariffPlan]]:
    """Query.tariffPlans"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = queries.PlanFilter() if filter is None else filter.to_domain()
    order = order_by or TariffPlanOrder()
    return plans.plan_list(info, queries.PlanList(part, wanted, order.field, order.descending))


@strawberry.type
class TariffQueries:
    tariff_plan: TariffPlan | None = strawberry.field(
        resolver=plan_by, description="One tariff plan, or null if there is none you may see"
    )
    tariff_plans: Connection[TariffPlan] | None = strawberry.field(
        resolver=plan_list, description="Tariff plans; `first` or `last` is required"
    )
