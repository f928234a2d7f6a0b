"""Fields that return what a change would come to."""

from collections.abc import Awaitable
from typing import Any

from domain.billing.plan_changes import PlanChange, PlanChangePreview
from resolvers.info import Info


def plan_change_preview(
    root: Any, info: Info, asked: PlanChange
) -> Awaitable[PlanChangePreview | None]:
    """Customer.planChangePreview"""
    return info.loaders.plan_change_preview_by_customer.load((root.id, asked))
