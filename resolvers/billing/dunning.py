"""Fields that return dunning policies, cases, steps and pauses."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import dunning_queries as queries
from domain.billing import dunning_records as records
from domain.billing import records as billing
from domain.billing.dunning_queries import DunningCaseFilter, DunningCaseList
from resolvers.connections import Listing
from resolvers.info import Info


def policy_by_id(info: Info, policy_id: int) -> Awaitable[records.DunningPolicy | None]:
    """The visible policy with this id."""
    return info.loaders.dunning_policy_by_id.load(policy_id)


async def policies(info: Info) -> list[records.DunningPolicy]:
    """Query.dunningPolicies"""
    async with info.context.reading() as connection:
        return await queries.dunning_policies(connection, info.actor)


def case_policy(root: records.DunningCase, info: Info) -> Awaitable[records.DunningPolicy | None]:
    """DunningCase.policy"""
    return info.loaders.dunning_policy_by_id.load(root.policy_id)


def account_policy(root: Any, info: Info) -> Awaitable[records.DunningPolicy | None] | None:
    """BillingAccount.dunningPolicy: its own, and null if it follows the default."""
    if root.dunning_policy_id is None:
        return None
    return info.loaders.dunning_policy_by_id.load(root.dunning_policy_id)


def case_by_id(info: Info, case_id: int) -> Awaitable[records.DunningCase | None]:
    """The visible case with this id."""
    return info.loaders.dunning_case_by_id.load(case_id)


def account_case(root: Any, info: Info) -> Awaitable[records.DunningCase | None]:
    """BillingAccount.dunningCase"""
    return info.loaders.open_dunning_case_by_account.load(root.id)


async def case_list(info: Info, asked: DunningCaseList) -> Listing[records.DunningCase]:
    """Query.dunningCases: a page of all visible cases that pass the filter."""
    async with info.context.reading() as connection:
        page = await queries.dunning_case_page(connection, info.actor, asked)
    return Listing(page, lambda: case_count(info, asked.filter))


async def case_count(info: Info, wanted: DunningCaseFilter) -> int:
    """How many visible cases pass the filter."""
    async with info.context.reading() as connection:
        return await queries.dunning_case_count(connection, info.actor, wanted)


def case_steps(root: records.DunningCase, info: Info) -> Awaitable[list[records.DunningStep]]:
    """DunningCase.steps"""
    return info.loaders.dunning_steps_by_case.load(root.id)


def fee_invoice(root: records.DunningStep, info: Info) -> Awaitable[billing.Invoice | None] | None:
    """DunningStep.lateFeeInvoice"""
    if root.fee_invoice_id is None:
        return None
    return info.loaders.invoice_by_id.load(root.fee_invoice_id)


def pause_by_id(info: Info, pause_id: int) -> Awaitable[records.DunningPause | None]:
    """The visible pause with this id."""
    return info.loaders.dunning_pause_by_id.load(pause_id)


def account_pauses(root: Any, info: Info) -> Awaitable[list[records.DunningPause]]:
    """BillingAccount.dunningPauses"""
    return info.loaders.running_pauses_by_account.load(root.id)
