"""The lines of a change of plan, by the check values of the domain's design."""

from datetime import UTC, date, datetime
from typing import Any

from domain.billing.kinds import LineKind
from domain.billing.periods import BillingPeriod
from domain.billing.plan_changes import change_lines
from domain.kernel.money import Money
from domain.tariff.models import BillingCycle
from domain.tariff.proration import Settlement
from domain.tariff.records import TariffPlan

APRIL = BillingPeriod(date(2026, 4, 1), date(2026, 5, 1))
APRIL_11 = date(2026, 4, 11)
INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def a_plan_for(minor: int, *, setup_fee_minor: int = 0) -> TariffPlan:
    return TariffPlan(
        id=3,
        code="F-200",
        name="Fibre 200",
        description=None,
        price_minor=minor,
        currency="EUR",
        billing_cycle=BillingCycle.MONTHLY,
        setup_fee_minor=setup_fee_minor,
        download_kbps=200_000,
        upload_kbps=50_000,
        allowance_octets=None,
        fup_action=None,
        throttled_download_kbps=None,
        throttled_upload_kbps=None,
        retired_at=None,
        created_at=INSTANT,
        updated_at=INSTANT,
        version=1,
    )


def lines(plan: TariffPlan, **facts: Any) -> list[tuple[LineKind, int]]:
    """Kind and minor units of each line of a change on 11 April, 30.00 EUR being paid for April."""
    defaults: dict[str, Any] = {
        "on": APRIL_11,
        "period": APRIL,
        "invoiced": {APRIL: eur(3000)},
        "settlement": Settlement.CREDIT,
    }
    found = change_lines(plan, **{**defaults, **facts})
    return [(line.kind, line.amount.minor) for line in found]


def test_credits_what_is_left_and_charges_the_rest_of_the_period():
    assert lines(a_plan_for(6000)) == [(LineKind.ADJUSTMENT, -2000), (LineKind.PRORATION, 4000)]


def test_says_what_each_amount_follows_from():
    credit, charge = change_lines(
        a_plan_for(6000),
        on=APRIL_11,
        period=APRIL,
        invoiced={APRIL: eur(3000)},
        settlement=Settlement.CREDIT,
    )

    assert (credit.days, credit.period_days, credit.whole) == (20, 30, eur(3000))
    assert (charge.days, charge.period_days, charge.whole) == (20, 30, eur(6000))
    assert {(line.period_from, line.period_to) for line in (credit, charge)} == {
        (APRIL_11, APRIL.ends_on)
    }


def test_without_a_settlement_only_charges():
    assert lines(a_plan_for(6000), settlement=Settlement.NONE) == [(LineKind.PRORATION, 4000)]


def test_gives_back_periods_ahead_in_full_and_none_that_are_over():
    march = BillingPeriod(date(2026, 3, 1), APRIL.starts_on)
    may = BillingPeriod(APRIL.ends_on, date(2026, 6, 1))

    found = lines(a_plan_for(0), invoiced={may: eur(3000), march: eur(3000), APRIL: eur(3000)})

    assert found == [(LineKind.ADJUSTMENT, -2000), (LineKind.ADJUSTMENT, -3000)]


def test_a_change_on_the_first_day_charges_a_whole_period_and_the_setup():
    found = lines(a_plan_for(6000, setup_fee_minor=1500), on=APRIL.starts_on, invoiced={})

    assert found == [(LineKind.RECURRING, 6000), (LineKind.SETUP, 1500)]
