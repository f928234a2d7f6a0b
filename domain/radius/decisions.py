"""Access decisions of customers as they stand: the facts gathered, the one function asked."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import (
    Customer,
    CustomerStatus,
    Document,
    HoldReason,
    SubscriptionState,
    VerificationStatus,
)
from domain.kernel.access import SYSTEM, Actor, Permission, require
from domain.kernel.reads import one_of, remembered, rows_of
from domain.radius.authorization import AccessDecision, AccessFacts, PlanRates, Rates, decide
from domain.radius.policy import served_customers
from domain.tariff.models import FupState
from domain.tariff.queries import plans_by_id, usage_summaries
from domain.tariff.records import TariffPlan, UsageSummary


async def authorizations(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, AccessDecision]:
    """
    What a NAS would be told of each visible customer now; three statements for any number.

    Plan and usage are read as the platform: they only show in the decision, and a server that
    authorizes need not read tariffs.
    """
    require(actor, Permission.RADIUS_READ, "read service authorizations")
    rows = [
        _Standing(*row) for row in await rows_of(connection, _standings(actor), keys=customer_ids)
    ]
    visible = [row.id for row in rows]
    usages = await usage_summaries(connection, SYSTEM, visible)
    plan_ids = {usage.tariff_plan_id for usage in usages.values() if usage.tariff_plan_id}
    plans = await plans_by_id(connection, SYSTEM, plan_ids)
    return {row.id: decide(_facts(row, usages.get(row.id), plans)) for row in rows}


class _Standing(NamedTuple):
    id: int
    status: CustomerStatus
    subscription_state: SubscriptionState
    holds: list[str]
    documents: list[str] | None


@remembered
def _standings(actor: Actor) -> Select[Any]:
    documents = (
        select(func.array_agg(Document.status.distinct()))
        .where(Document.customer_id == Customer.id)
        .scalar_subquery()
    )
    return select(
        Customer.id,
        Customer.status,
        Customer.subscription_state,
        Customer.holds,
        documents.label("documents"),
    ).where(one_of(Customer.id), served_customers(actor))


def _facts(
    row: _Standing, usage: UsageSummary | None, plans: Mapping[int, TariffPlan]
) -> AccessFacts:
    plan = plans.get(usage.tariff_plan_id) if usage and usage.tariff_plan_id else None
    return AccessFacts(
        status=row.status,
        subscription_state=row.subscription_state,
        documents=frozenset(VerificationStatus(status) for status in row.documents or ()),
        fup_state=usage.fup_state if usage else FupState.NORMAL,
        plan=_rates(plan) if plan else None,
        is_held_unpaid=HoldReason.NON_PAYMENT in row.holds,
    )


def _rates(plan: TariffPlan) -> PlanRates:
    throttled = None
    if plan.throttled_download_kbps is not None and plan.throttled_upload_kbps is not None:
        throttled = Rates(plan.throttled_download_kbps, plan.throttled_upload_kbps)
    return PlanRates(Rates(plan.download_kbps, plan.upload_kbps), throttled)
