"""What a billing run charges an account for on a day: pure."""

from dataclasses import dataclass
from datetime import UTC, date

from domain.billing.commands import NewLine
from domain.billing.kinds import LineKind, SkipReason
from domain.billing.models import BillingAccount
from domain.billing.periods import BillingPeriod, billing_period
from domain.kernel.money import Money
from domain.tariff.periods import MONTHS
from domain.tariff.proration import Settlement, share_left
from domain.tariff.records import PlanAssignment, TariffPlan


@dataclass(frozen=True, slots=True)
class EarlierCharge:
    """
    What was charged last, for another plan than the present one.

    ``net_minor`` is what credit notes left of the invoice's line at ``position``.
    """

    invoice_id: int
    position: int
    net_minor: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Service:
    """
    What an account has and what it was charged before.

    ``charged_until`` is the day (exclusive) up to which runs charged it. ``is_set_up`` tells that
    the assignment's setup fee was charged. ``earlier`` is there if the present plan was never
    charged, and another was.
    """

    account: BillingAccount
    assignment: PlanAssignment
    plan: TariffPlan
    charged_until: date | None
    is_set_up: bool
    earlier: EarlierCharge | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """What is taken back, without tax, of a line of an earlier invoice."""

    invoice_id: int
    position: int
    net: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """
    The lines to invoice, and the days that they pay for.

    ``period`` is None if they only make up for a change within days charged before; ``credit`` is
    what the plan before was paid for and did not serve.
    """

    period: BillingPeriod | None
    lines: tuple[NewLine, ...]
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """The present plan took over on ``day``, when days up to another were paid for already."""

    day: date
    earlier: EarlierCharge


def charge_on(service: Service, on: date) -> Charge | SkipReason:
    """
    The charge in advance for the period that contains ``on``, or why there is none.

    It begins where the last one ended, and not before the assignment or the present invoicing
    did: days before those are never charged later. A part of a period costs its share of days.

    If the plan was changed within days that the plan before was charged for, what is left of that
    charge is taken back, unless it was changed without settlement, and the rest of the new plan's
    period charged from its first day on.
    """
    if service.assignment.currency != service.account.currency:
        return SkipReason.OTHER_CURRENCY
    change = _change(service)
    made_up = _part_of_change(service, change) if change else None
    whole = _period(service, on)
    part = whole.since(made_up.ends_on if made_up else _first_day(service))
    if part is not None and part.starts_on > on:
        part = None
    charged = [_recurring(service, part, whole)] if part else []
    if change and made_up:
        charged.insert(0, _recurring(service, made_up, _period(service, change.day), always=True))
    elif part is None:
        is_charged = service.charged_until is not None and service.charged_until > on
        return SkipReason.ALREADY_CHARGED if is_charged else SkipReason.NOTHING_TO_CHARGE
    lines = tuple(line for line in (*charged, _setup(service)) if line)
    if not lines:
        return SkipReason.NOTHING_TO_CHARGE
    return Charge(part, lines, _credit(service, change) if change else None)


def _change(service: Service) -> _Change | None:
    earlier = service.earlier
    if earlier is None:
        return None
    day = max(_since(service), earlier.starts_on)
    return _Change(day, earlier) if day < earlier.ends_on else None


def _part_of_change(service: Service, change: _Change) -> BillingPeriod | None:
    return _period(service, change.day).since(change.day)


def _credit(service: Service, change: _Change) -> Credit | None:
    if service.assignment.settlement is Settlement.NONE:
        return None
    earlier = change.earlier
    net = share_left(
        Money(earlier.net_minor, service.account.currency),
        starts_on=earlier.starts_on,
        ends_on=earlier.ends_on,
        on=change.day,
    )
    return Credit(earlier.invoice_id, earlier.position, net) if net.minor > 0 else None


def _period(service: Service, on: date) -> BillingPeriod:
    return billing_period(
        on,
        billing_day=service.account.billing_day,
        months=MONTHS[service.assignment.billing_cycle],
        anchor=service.assignment.started_at.astimezone(UTC).date(),
    )


def _since(service: Service) -> date:
    """The first day of the present plan, or of being charged for it."""
    started = service.assignment.started_at.astimezone(UTC).date()
    return max(started, service.account.invoicing_since.astimezone(UTC).date())


def _first_day(service: Service) -> date:
    return max(_since(service), service.charged_until or date.min)


def _recurring(
    service: Service, part: BillingPeriod, whole: BillingPeriod, *, always: bool = False
) -> NewLine | None:
    """What the days cost, if anything; ``always`` even then, to say that they were charged."""
    price = service.assignment.price
    if not price.minor and not always:
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
