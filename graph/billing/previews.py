"""What a change of plan would come to, as a field of Customer."""

import datetime
from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.billing import kinds, plan_changes
from domain.billing.plan_changes import PlanChange
from domain.tariff.commands import PlanChangeTime
from domain.tariff.proration import Settlement
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.context import Info
from graph.money import Money
from graph.rows import RowType
from graph.tariff import enums as tariff_enums  # noqa: F401 (the same)
from graph.tariff.types import TariffPlan
from resolvers.billing import previews
from resolvers.tariff import plans


@strawberry.type(description="One amount of a change of plan, without tax, and what makes it up")
class PlanChangeLine(RowType):
    row = plan_changes.ChangeLine

    kind: kinds.LineKind = strawberry.field(description="What it is for; credits are ADJUSTMENT")
    description: str = strawberry.field(description="What it is for, in words")
    amount: Money = strawberry.field(
        description="`whole` times `days` of `periodDays`, rounded half to even; credits negative"
    )
    whole: Money = strawberry.field(description="What the whole period costs, or cost")
    days: int | None = strawberry.field(description="Days it is for; null if it is not by the day")
    period_days: int | None = strawberry.field(description="Days that the period has")
    period_from: datetime.date | None = strawberry.field(description="Its first day")
    period_to: datetime.date | None = strawberry.field(description="The day after its last one")


@strawberry.type(description="What a change of plan would come to; nothing is changed")
class PlanChangePreview(RowType):
    row = plan_changes.PlanChangePreview

    plan: TariffPlan | None = strawberry.field(resolver=plans.plan_of, description="Next plan")
    starts_at: datetime.datetime = strawberry.field(description="Timestamp of the change")
    contract_ends_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the minimum term's end after it; null when nothing binds"
    )
    net: Money = strawberry.field(description="Sum of the lines, without tax; may be negative")
    lines: list[PlanChangeLine] = strawberry.field(
        description="Credits for days paid for, by day, then charges of the new plan"
    )


def plan_change_preview(
    root: Any,
    info: Info,
    tariff_plan_id: int,
    when: PlanChangeTime = PlanChangeTime.NOW,
    on: datetime.date | None = None,
    settlement: Settlement = Settlement.CREDIT,
) -> Awaitable[plan_changes.PlanChangePreview | None]:
    """Customer.planChangePreview"""
    asked = PlanChange(tariff_plan_id, when, on, settlement)
    return previews.plan_change_preview(root, info, asked)


@strawberry.type
class PreviewFields:
    """What a customer's bill would become."""

    plan_change_preview: PlanChangePreview | None = strawberry.field(
        resolver=plan_change_preview,
        description="What `changeTariffPlan` with these would come to, by what was invoiced;"
        " null without a plan to change, or for a plan in another currency",
    )
