"""Reads of tariffs: each takes the actor and returns only rows of its scope."""

from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import DateTime, Select, bindparam, func
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record
from domain.tariff import models, records
from domain.tariff.policy import on_sale, visible_plans
from domain.tariff.summaries import UsagePeriod, usage_summaries

__all__ = [
    "PlanFilter",
    "PlanList",
    "PlanOrderField",
    "UsagePeriod",
    "assignment_counts_by_customer",
    "assignment_pages_by_customer",
    "assignments_by_id",
    "current_assignments",
    "edition_counts_by_code",
    "edition_pages_by_code",
    "plan_count",
    "plans_by_code",
    "plans_by_id",
    "plans_page",
    "scheduled_assignments",
    "usage_summaries",
]

_NEWEST = Ordering(
    "newest", (models.PlanAssignment.started_at, models.PlanAssignment.id), descending=True
)
_LATEST = Ordering("edition", (models.TariffPlan.edition,), descending=True)


class PlanOrderField(StrEnum):
    """What a list of plans can be ordered by."""

    ID = "ID"
    CODE = "CODE"
    PRICE = "PRICE"


class PlanFilter(NamedTuple):
    """All that are given must hold."""

    on_sale: bool | None = None
    code: tuple[str, ...] | None = None


class PlanList(NamedTuple):
    """A list of plans as a client asks for it. PRICE orders by minor units, in any currency."""

    part: Slice
    filter: PlanFilter = PlanFilter()
    order_by: PlanOrderField = PlanOrderField.ID
    descending: bool = False


_SORT_COLUMNS: dict[PlanOrderField, tuple[Any, ...]] = {
    PlanOrderField.ID: (models.TariffPlan.id,),
    PlanOrderField.CODE: (models.TariffPlan.code,),
    PlanOrderField.PRICE: (models.TariffPlan.price_minor, models.TariffPlan.id),
}


async def plans_by_id(
    connection: AsyncConnection, actor: Actor, plan_ids: Collection[int]
) -> dict[int, records.TariffPlan]:
    """The visible plans with these ids."""
    found = await fetch(connection, records.TariffPlan, _by_id(actor), keys=plan_ids)
    return {plan.id: plan for plan in found}


async def plans_by_code(
    connection: AsyncConnection, actor: Actor, codes: Collection[str]
) -> dict[str, records.TariffPlan]:
    """The visible plans with these codes: of each the edition whose time it is."""
    found = await fetch(connection, records.TariffPlan, _in_effect(actor), keys=codes)
    return {plan.code: plan for plan in found}


async def edition_pages_by_code(
    connection: AsyncConnection, actor: Actor, codes: Collection[str], part: Slice
) -> dict[str, Page[records.TariffPlan]]:
    """A page of the visible editions of each code, the newest first."""
    return await pages_by_parent(
        connection,
        records.TariffPlan,
        _editions(actor),
        parent=models.TariffPlan.code,
        parents=codes,
        order=_LATEST,
        part=part,
    )


async def edition_counts_by_code(
    connection: AsyncConnection, actor: Actor, codes: Collection[str]
) -> dict[str, int]:
    """How many editions of each code are visible."""
    return await counts_by_parent(
        connection, _editions(actor), parent=models.TariffPlan.code, parents=codes
    )


async def plans_page(
    connection: AsyncConnection, actor: Actor, asked: PlanList
) -> Page[records.TariffPlan]:
    """One page of the visible plans that pass the filter."""
    return await page_of(
        connection,
        records.TariffPlan,
        _matching(actor, asked.filter),
        order=Ordering(asked.order_by, _SORT_COLUMNS[asked.order_by], asked.descending),
        part=asked.part,
        bound_to=asked.filter,
    )


async def plan_count(connection: AsyncConnection, actor: Actor, wanted: PlanFilter) -> int:
    """How many visible plans pass the filter."""
    return await count_of(connection, _matching(actor, wanted))


async def current_assignments(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    *,
    at: datetime | None = None,
) -> dict[int, records.PlanAssignment]:
    """The assignment in force now, or at the instant given, of each customer on a plan."""
    found = await fetch(
        connection,
        records.PlanAssignment,
        _assignments_in_force(actor),
        keys=customer_ids,
        at=at or datetime.now(UTC),
    )
    return {row.customer_id: row for row in found}


async def scheduled_assignments(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, records.PlanAssignment]:
    """The assignment that each customer's plan is to change to, of those whose plan is."""
    found = await fetch(
        connection, records.PlanAssignment, _assignments_ahead(actor), keys=customer_ids
    )
    return {row.customer_id: row for row in found}


async def assignments_by_id(
    connection: AsyncConnection, actor: Actor, assignment_ids: Collection[int]
) -> dict[int, records.PlanAssignment]:
    """The visible assignments with these ids, whether in force or not."""
    statement = _assignments_by_id(actor)
    found = await fetch(connection, records.PlanAssignment, statement, keys=assignment_ids)
    return {row.id: row for row in found}


async def assignment_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], part: Slice
) -> dict[int, Page[records.PlanAssignment]]:
    """A page of each customer's assignments, the latest start first, scheduled ones included."""
    return await pages_by_parent(
        connection,
        records.PlanAssignment,
        _assignments(actor),
        parent=models.PlanAssignment.customer_id,
        parents=customer_ids,
        order=_NEWEST,
        part=part,
    )


async def assignment_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, int]:
    """How many assignments each customer has or had."""
    return await counts_by_parent(
        connection,
        _assignments(actor),
        parent=models.PlanAssignment.customer_id,
        parents=customer_ids,
    )


@remembered
def _by_id(actor: Actor) -> Select[Any]:
    plan = models.TariffPlan
    return _visible_plans(actor).where(one_of(plan.id)).order_by(plan.id)


@remembered
def _in_effect(actor: Actor) -> Select[Any]:
    plan = models.TariffPlan
    return (
        _visible_plans(actor).where(one_of(plan.code), plan.in_effect(func.now())).order_by(plan.id)
    )


@remembered
def _editions(actor: Actor) -> Select[Any]:
    return _visible_plans(actor)


def _visible_plans(actor: Actor) -> Select[Any]:
    require(actor, Permission.TARIFF_READ, "read tariff plans")
    return select_record(records.TariffPlan, models.TariffPlan).where(visible_plans(actor))


@remembered
def _matching(actor: Actor, wanted: PlanFilter) -> Select[Any]:
    statement = _visible_plans(actor)
    if wanted.on_sale is not None:
        statement = statement.where(on_sale() if wanted.on_sale else ~on_sale())
    if wanted.code is not None:
        statement = statement.where(models.TariffPlan.code.in_(wanted.code))
    return statement


@remembered
def _assignments_in_force(actor: Actor) -> Select[Any]:
    assignment, at = models.PlanAssignment, bindparam("at", type_=DateTime(timezone=True))
    return (
        _visible_assignments(actor)
        .where(one_of(assignment.customer_id), assignment.in_force(at))
        .order_by(assignment.id)
    )


@remembered
def _assignments_ahead(actor: Actor) -> Select[Any]:
    assignment = models.PlanAssignment
    return (
        _visible_assignments(actor)
        .where(
            one_of(assignment.customer_id),
            assignment.started_at > func.now(),
            assignment.ended_at.is_(None),
        )
        .order_by(assignment.id)
    )


@remembered
def _assignments_by_id(actor: Actor) -> Select[Any]:
    assignment = models.PlanAssignment
    return _visible_assignments(actor).where(one_of(assignment.id)).order_by(assignment.id)


@remembered
def _assignments(actor: Actor) -> Select[Any]:
    return _visible_assignments(actor)


def _visible_assignments(actor: Actor) -> Select[Any]:
    require(actor, Permission.TARIFF_READ, "read plan assignments")
    assignment = models.PlanAssignment
    return select_record(records.PlanAssignment, assignment).where(
        within_scope(actor, assignment.customer_id)
    )
