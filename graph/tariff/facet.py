"""The tariff module's facet of Customer."""

import strawberry

from graph.connections import Connection
from graph.tariff.types import PlanAssignment, UsageSummary
from resolvers.tariff import assignments, usage


@strawberry.type
class TariffFields:
    """The tariff module's facet of Customer."""

    plan: PlanAssignment | None = strawberry.field(
        resolver=assignments.customer_plan, description="Plan the customer is on now"
    )
    scheduled_plan: PlanAssignment | None = strawberry.field(
        resolver=assignments.scheduled_plan,
        description="Plan the customer is to be on next; null unless a change is scheduled",
    )
    plan_history: Connection[PlanAssignment] | None = strawberry.field(
        resolver=assignments.customer_plan_history,
        description="Plans the customer is, was or will be on, the latest start first",
    )
    usage: UsageSummary | None = strawberry.field(
        resolver=usage.customer_usage, description="Octets used in a month, under its plan"
    )
