"""The tariff module's facet of Customer."""

import datetime
from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry

from domain.tariff import records
from domain.tariff.usage_queries import DayRange
from graph.connections import Connection
from graph.context import Info
from graph.tariff.types import PlanAssignment, UsageSummary
from graph.tariff.usage_types import TopUp, UsageDay
from resolvers.tariff import assignments, usage


def usage_days(
    root: Any,
    info: Info,
    since: Annotated[datetime.date, strawberry.argument(name="from", description="First day")],
    until: Annotated[
        datetime.date, strawberry.argument(name="to", description="The day after the last one")
    ],
) -> Awaitable[list[records.UsageDay]]:
    """Customer.usageDays: raises ``Invalid`` unless 1 to 366 days are asked for."""
    return usage.customer_usage_days(root, info, DayRange(since, until))


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
    usage_days: list[UsageDay] | None = strawberry.field(
        resolver=usage_days,
        description="Days in its time zone on which it used anything, in order; at most 366",
    )
    top_ups: Connection[TopUp] | None = strawberry.field(
        resolver=usage.customer_top_ups, description="Its top-ups, the newest first"
    )
    usage: UsageSummary | None = strawberry.field(
        resolver=usage.customer_usage, description="Octets used in a month, under its plan"
    )
