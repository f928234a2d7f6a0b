"""Which plans an actor sees."""

from sqlalchemy import ColumnElement, String, cast, exists, false, func, or_, true

from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, Role
from domain.kernel.needs import Need, reading
from domain.kernel.reads import own_customer, own_reseller_ids
from domain.tariff import records
from domain.tariff.models import PlanAssignment, TariffPlan

#: What reading each kind of record needs, whatever the row.
READS = {
    records.TariffPlan: reading("tariff plans", Permission.TARIFF_READ),
    records.PlanAssignment: reading("plan assignments", Permission.TARIFF_READ),
    records.UsageSummary: reading("usage", Permission.TARIFF_READ),
    records.UsageDay: reading("usage", Permission.TARIFF_READ),
    records.TopUp: reading("top-ups", Permission.TARIFF_READ),
}
#: Which resellers have an offer of their own is the provider's business.
READS_OFFERED_RESELLERS = Need(
    "read whose resellers' plans these are", (Permission.CATALOGUE_WRITE,)
)


def visible_plans(actor: Actor) -> ColumnElement[bool]:
    """
    The predicate over ``TariffPlan`` of the rows that the actor may read.

    Staff and services see all; a customer or reseller what is on sale to them, and the plans
    that customers of its scope are or were on.
    """
    if not actor.can(Permission.TARIFF_READ):
        return false()
    if actor.sees_all_rows:
        return true()
    own = exists().where(
        PlanAssignment.tariff_plan_id == TariffPlan.id,
        within_scope(actor, PlanAssignment.customer_id),
    )
    return on_sale() & _offered_to(actor) | own


def on_sale() -> ColumnElement[bool]:
    """The predicate over ``TariffPlan`` of what is sold now: not retired, and its time."""
    return TariffPlan.retired_at.is_(None) & TariffPlan.in_effect(func.now())


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    types, resellers = TariffPlan.customer_types, TariffPlan.reseller_ids
    if actor.role is Role.RESELLER:
        return or_(resellers.is_(None), TariffPlan.reseller_ids.overlap(own_reseller_ids(actor)))
    named = exists().where(
        Customer.id == own_customer(actor),
        or_(types.is_(None), cast(Customer.type, String) == types.any_()),
        or_(resellers.is_(None), Customer.reseller_id == resellers.any_()),
    )
    return types.is_(None) & resellers.is_(None) | named
