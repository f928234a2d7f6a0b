"""Fields that return plans of the catalogue."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.access import Permission, require
from domain.kernel.paging import Slice
from domain.tariff import queries, records
from domain.tariff.queries import PlanFilter, PlanList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, plan_id: int) -> Awaitable[records.TariffPlan | None]:
    """The visible plan with this id."""
    return info.loaders.plan_by_id.load(plan_id)


def by_code(info: Info, code: str) -> Awaitable[records.TariffPlan | None]:
    """Query.tariffPlan(by: {code})."""
    return info.loaders.plan_by_code.load(code)


def plan_of(root: Any, info: Info) -> Awaitable[records.TariffPlan | None] | None:
    """The plan that the row names, if it does: PlanAssignment.plan, UsageSummary.plan."""
    if root.tariff_plan_id is None:
        return None
    return info.loaders.plan_by_id.load(root.tariff_plan_id)


def plan_editions(
    root: records.TariffPlan,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.TariffPlan]]:
    """TariffPlan.editions: of its code, the newest first."""
    part = Slice.of(first, after, last, before)
    return info.loaders.editions_by_code.load((root.code, part))


async def plan_list(info: Info, asked: PlanList) -> Listing[records.TariffPlan]:
    """Query.tariffPlans: a page of all visible plans that pass the filter."""
    require(info.actor, Permission.TARIFF_READ, "read tariff plans")
    async with info.context.reading() as connection:
        page = await queries.plans_page(connection, info.actor, asked)
    return Listing(page, lambda: plan_count(info, asked.filter))


async def plan_count(info: Info, wanted: PlanFilter) -> int:
    """How many visible plans pass the filter."""
    async with info.context.reading() as connection:
        return await queries.plan_count(connection, info.actor, wanted)
