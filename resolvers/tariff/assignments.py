"""Fields that return who is on which plan."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.paging import Slice
from domain.tariff import records
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, assignment_id: int) -> Awaitable[records.PlanAssignment | None]:
    """The visible assignment with this id."""
    return info.loaders.assignment_by_id.load(assignment_id)


def customer_plan(root: Any, info: Info) -> Awaitable[records.PlanAssignment | None]:
    """Customer.plan: the assignment in force now."""
    return info.loaders.current_assignment_by_customer.load(root.id)


def scheduled_plan(root: Any, info: Info) -> Awaitable[records.PlanAssignment | None]:
    """Customer.scheduledPlan: the assignment that is to come."""
    return info.loaders.scheduled_assignment_by_customer.load(root.id)


def customer_plan_history(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.PlanAssignment]]:
    """Customer.planHistory: the latest start first."""
    part = Slice.of(first, after, last, before)
    return info.loaders.assignments_by_customer.load((root.id, part))
