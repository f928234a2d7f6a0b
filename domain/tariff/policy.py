"""Which plans an actor sees."""

from sqlalchemy import ColumnElement, exists, false, true

from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission
from domain.kernel.needs import reading
from domain.tariff import records
from domain.tariff.models import PlanAssignment, TariffPlan

#: What reading each kind of record needs, whatever the row.
READS = {
    records.TariffPlan: reading("tariff plans", Permission.TARIFF_READ),
    records.PlanAssignment: reading("plan assignments", Permission.TARIFF_READ),
    records.UsageSummary: reading("usage", Permission.TARIFF_READ),
}


def visible_plans(actor: Actor) -> ColumnElement[bool]:
    """
    The predicate over ``TariffPlan`` of the rows that the actor may read.

    Staff and services see all; a customer or reseller what is on sale, and the plans that
    customers of its scope are or were on.
    """
    if not actor.can(Permission.TARIFF_READ):
        return false()
    if actor.sees_all_rows:
        return true()
    own = exists().where(
        PlanAssignment.tariff_plan_id == TariffPlan.id,
        within_scope(actor, PlanAssignment.customer_id),
    )
    return TariffPlan.retired_at.is_(None) | own
