"""What a billing run charges an account for on a day: pure."""

from dataclasses import dataclass
from datetime import UTC, date

from domain.billing.commands import NewLine
from domain.billing.kinds import LineKind, SkipReason
from domain.billing.models import BillingAccount
from domain.billing.periods import BillingPeriod, billing_period
from domain.tariff.periods import MONTHS
from domain.tariff.records import PlanAssignment, TariffPlan


@dataclass(frozen=True, slots=True)
class Service:
    """
    What an account has and what it was charged before.

    ``charged_until`` is the day (exclusive) up to which runs charged it. ``is_set_up`` tells that
    the assignment's setup fee was charged.
    """

    account: BillingAccount
    assignment: PlanAssignment
    plan: TariffPlan
    charged_until: date | None
    is_set_up: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """The lines to invoice, and the days that they pay for."""

    period: BillingPeriod
    lines: tuple[NewLine, ...]


def charge_on(service: Service, on: date) -> Charge | SkipReason:
    """
    The charge in advance for the period that contains ``on``, or why there is none.

    It begins where the last one ended, and not before the assignment or the present invoicing
    did: days before those are never charged later. A part of a period costs its share of days.
    """
    if service.assignment.currency != service.account.currency:
        return SkipReason.OTHER_CURRENCY
    whole = _period(service, on)
    part = whole.since(_first_day(service))
    if part is None or part.starts_on > on:
        is_charged = service.charged_until is not None and service.charged_until > on
        return SkipReason.ALREADY_CHARGED if is_charged else SkipReason.NOTHING_TO_CHARGE
    lines = [line for line in (_recurring(service, part, whole), _setup(service)) if line]
    if not lines:
        return SkipReason.NOTHING_TO_CHARGE
    return Charge(part, tuple(lines))


def _period(service: Service, on: date) -> BillingPeriod:
    return billing_period(
        on,
        billing_day=service.account.billing_day,
        months=MONTHS[service.assignment.billing_cycle],
        anchor=service.assignment.started_at.astimezone(UTC).date(),
    )


def _first_day(service: Service) -> date:
    started = service.assignment.started_at.astimezone(UTC).date()
    since = service.account.invoicing_since.astimezone(UTC).date()
    return max(started, since, service.charged_until or date.min)


def _recurring(service: Service, part: BillingPeriod, whole: BillingPeriod) -> NewLine | None:
    price = service.assignment.price
    if not price.minor:
        return None
    is_whole = part == whole
    return NewLine(
        kind=LineKind.RECURRING if is_whole else LineKind.PRORATION,
        description=service.plan.name,
        unit_price=price if is_whole else price.prorated(days=part.days, of=whole.days),
        period_from=part.starts_on,
        period_to=part.ends_on,
        plan_assignment_id=service.assignment.id,
    )


def _setup(service: Service) -> NewLine | None:
    fee = service.plan.setup_fee
    if service.is_set_up or not fee.minor:
        return None
    return NewLine(
        kind=LineKind.SETUP,
        description=f"{service.plan.name}: setup",
        unit_price=fee,
        plan_assignment_id=service.assignment.id,
    )
