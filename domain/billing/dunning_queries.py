"""Reads of dunning policies, cases, steps and pauses: only rows of the actor's scope."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import dunning_models as models
from domain.billing import dunning_records as records
from domain.billing.kinds import DunningStage
from domain.billing.policy import visible_cases, visible_pauses, visible_policies
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, count_of, page_of
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record

_MOST_POLICIES = 100
_READ_CASES = "read dunning cases"


class DunningCaseFilter(NamedTuple):
    """All that are given must hold."""

    stage: tuple[DunningStage, ...] | None = None
    is_open: bool | None = None
    customer_id: int | None = None


class DunningCaseList(NamedTuple):
    """A list of cases as a client asks for it, the latest first."""

    part: Slice
    filter: DunningCaseFilter = DunningCaseFilter()


_NEWEST = Ordering(
    "OPENED_AT", (models.DunningCase.opened_at, models.DunningCase.id), descending=True
)


async def dunning_policies(
    connection: AsyncConnection, actor: Actor
) -> list[records.DunningPolicy]:
    """The policies by code, 100 at most; none for who sees a part of the rows only."""
    return await fetch(connection, records.DunningPolicy, _all_policies(actor))


async def dunning_policies_by_id(
    connection: AsyncConnection, actor: Actor, policy_ids: Collection[int]
) -> dict[int, records.DunningPolicy]:
    """The visible policies with these ids."""
    found = await fetch(connection, records.DunningPolicy, _policies_by_id(actor), keys=policy_ids)
    return {policy.id: policy for policy in found}


async def dunning_cases_by_id(
    connection: AsyncConnection, actor: Actor, case_ids: Collection[int]
) -> dict[int, records.DunningCase]:
    """The visible cases with these ids."""
    statement = _cases_by(actor, models.DunningCase.id)
    found = await fetch(connection, records.DunningCase, statement, keys=case_ids)
    return {case.id: case for case in found}


async def open_cases_by_account(
    connection: AsyncConnection, actor: Actor, account_ids: Collection[int]
) -> dict[int, records.DunningCase]:
    """The open case of each account that has one."""
    found = await fetch(connection, records.DunningCase, _open_cases(actor), keys=account_ids)
    return {case.account_id: case for case in found}


async def dunning_case_page(
    connection: AsyncConnection, actor: Actor, asked: DunningCaseList
) -> Page[records.DunningCase]:
    """One page of the visible cases that pass the filter, the latest first."""
    return await page_of(
        connection,
        records.DunningCase,
        _matching(actor, asked.filter),
        order=_NEWEST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def dunning_case_count(
    connection: AsyncConnection, actor: Actor, wanted: DunningCaseFilter
) -> int:
    """How many visible cases pass the filter."""
    return await count_of(connection, _matching(actor, wanted))


async def steps_by_case(
    connection: AsyncConnection, actor: Actor, case_ids: Collection[int]
) -> dict[int, list[records.DunningStep]]:
    """The steps taken in each visible case, in their order."""
    grouped: dict[int, list[records.DunningStep]] = {}
    for step in await fetch(connection, records.DunningStep, _steps(actor), keys=case_ids):
        grouped.setdefault(step.case_id, []).append(step)
    return grouped


async def dunning_pauses_by_id(
    connection: AsyncConnection, actor: Actor, pause_ids: Collection[int]
) -> dict[int, records.DunningPause]:
    """The visible pauses with these ids."""
    statement = _pauses_by(actor, models.DunningPause.id)
    found = await fetch(connection, records.DunningPause, statement, keys=pause_ids)
    return {pause.id: pause for pause in found}


async def running_pauses_by_account(
    connection: AsyncConnection, actor: Actor, account_ids: Collection[int]
) -> dict[int, list[records.DunningPause]]:
    """The pauses of each account that have not ended, the oldest first: one of a kind at most."""
    grouped: dict[int, list[records.DunningPause]] = {}
    for pause in await fetch(
        connection, records.DunningPause, _running_pauses(actor), keys=account_ids
    ):
        grouped.setdefault(pause.account_id, []).append(pause)
    return grouped


def _policies(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read dunning policies")
    return select_record(records.DunningPolicy, models.DunningPolicy).where(visible_policies(actor))


@remembered
def _all_policies(actor: Actor) -> Select[Any]:
    return _policies(actor).order_by(models.DunningPolicy.code).limit(_MOST_POLICIES)


@remembered
def _policies_by_id(actor: Actor) -> Select[Any]:
    return _policies(actor).where(one_of(models.DunningPolicy.id))


def _cases(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, _READ_CASES)
    return select_record(records.DunningCase, models.DunningCase).where(visible_cases(actor))


@remembered
def _cases_by(actor: Actor, column: Any) -> Select[Any]:
    return _cases(actor).where(one_of(column))


@remembered
def _open_cases(actor: Actor) -> Select[Any]:
    case = models.DunningCase
    return _cases(actor).where(one_of(case.account_id), case.closed_at.is_(None))


@remembered
def _matching(actor: Actor, wanted: DunningCaseFilter) -> Select[Any]:
    case, statement = models.DunningCase, _cases(actor)
    if wanted.stage is not None:
        statement = statement.where(case.stage.in_(wanted.stage))
    if wanted.is_open is not None:
        is_open = case.closed_at.is_(None)
        statement = statement.where(is_open if wanted.is_open else ~is_open)
    if wanted.customer_id is not None:
        statement = statement.where(case.customer_id == wanted.customer_id)
    return statement


@remembered
def _steps(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, _READ_CASES)
    step, case = models.DunningStep, models.DunningCase
    *own, _currency = records.DunningStep.__slots__
    return (
        select(*(getattr(step, name) for name in own), case.currency)
        .join(case, case.id == step.case_id)
        .where(one_of(step.case_id), visible_cases(actor))
        .order_by(step.case_id, step.id)
    )


def _pauses(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, _READ_CASES)
    return select_record(records.DunningPause, models.DunningPause).where(visible_pauses(actor))


@remembered
def _pauses_by(actor: Actor, column: Any) -> Select[Any]:
    return _pauses(actor).where(one_of(column))


@remembered
def _running_pauses(actor: Actor) -> Select[Any]:
    pause = models.DunningPause
    running = _pauses(actor).where(one_of(pause.account_id), pause.ended_at.is_(None))
    return running.order_by(pause.id)
