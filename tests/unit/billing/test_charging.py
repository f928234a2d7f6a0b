"""What a billing run charges an account: whole periods, parts of them, or nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.billing.charging import Charge, Credit, EarlierCharge, Service, charge_on
from domain.billing.kinds import LineKind, SkipReason
from domain.billing.models import BillingAccount
from domain.billing.periods import BillingPeriod
from domain.kernel.money import Money
from domain.tariff.models import BillingCycle
from domain.tariff.proration import Settlement
from domain.tariff.records import PlanAssignment, TariffPlan

APRIL = BillingPeriod(date(2026, 4, 1), date(2026, 5, 1))


def instant(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


def a_service(**facts: Any) -> Service:
    """30.00 EUR a month since January, with a setup fee that has been charged."""
    defaults: dict[str, Any] = {
        "billing_day": 1,
        "started_at": instant(1, 1),
        "invoicing_since": instant(1, 1),
        "price_minor": 3000,
        "currency": "EUR",
        "billing_cycle": BillingCycle.MONTHLY,
        "charged_until": None,
        "is_set_up": True,
        "settlement": Settlement.CREDIT,
    }
    facts = {**defaults, **facts}
    account = BillingAccount(
        currency="EUR", billing_day=facts["billing_day"], invoicing_since=facts["invoicing_since"]
    )
    assignment = PlanAssignment(
        id=7,
        customer_id=1,
        tariff_plan_id=3,
        started_at=facts["started_at"],
        ended_at=None,
        price_minor=facts["price_minor"],
        currency=facts["currency"],
        billing_cycle=facts["billing_cycle"],
        created_at=facts["started_at"],
        settlement=facts["settlement"],
    )
    return Service(
        account,
        assignment,
        a_plan_on_sale(),
        facts["charged_until"],
        facts["is_set_up"],
        facts.get("earlier"),
    )


def a_plan_on_sale() -> TariffPlan:
    return TariffPlan(
        id=3,
        code="F-100",
        name="Fibre 100",
        description=None,
        price_minor=9999,
        currency="EUR",
        billing_cycle=BillingCycle.MONTHLY,
        setup_fee_minor=5000,
        download_kbps=100_000,
        upload_kbps=100_000,
        allowance_octets=None,
        fup_action=None,
        throttled_download_kbps=None,
        throttled_upload_kbps=None,
        retired_at=None,
        created_at=instant(1, 1),
        updated_at=instant(1, 1),
        version=1,
    )


def charged(charge: Charge | SkipReason) -> list[tuple[LineKind, int]]:
    assert isinstance(charge, Charge)
    return [(line.kind, line.unit_price.minor) for line in charge.lines]


def test_a_whole_period_costs_the_price_at_the_time_of_assignment():
    charge = charge_on(a_service(), date(2026, 4, 20))

    assert charged(charge) == [(LineKind.RECURRING, 3000)]
    assert charge.period == APRIL


def test_a_first_part_costs_its_share_of_the_days():
    charge = charge_on(a_service(started_at=instant(4, 11)), date(2026, 4, 20))

    assert charged(charge) == [(LineKind.PRORATION, 2000)]
    assert charge.period == BillingPeriod(date(2026, 4, 11), date(2026, 5, 1))


def test_time_before_invoicing_became_active_is_free():
    charge = charge_on(a_service(invoicing_since=instant(4, 16)), date(2026, 4, 20))

    assert charged(charge) == [(LineKind.PRORATION, 1500)]


def test_days_paid_for_already_are_not_charged_again():
    service = a_service(charged_until=date(2026, 5, 1), billing_cycle=BillingCycle.QUARTERLY)

    charge = charge_on(service, date(2026, 5, 2))

    assert charge.period == BillingPeriod(date(2026, 5, 1), date(2026, 7, 1))
    assert charged(charge) == [(LineKind.PRORATION, 2011)]


def test_a_missed_period_is_not_charged_later():
    charge = charge_on(a_service(charged_until=date(2026, 2, 1)), date(2026, 4, 1))

    assert charge.period == APRIL


def test_a_setup_fee_is_charged_beside_the_first_period():
    charge = charge_on(a_service(is_set_up=False), date(2026, 4, 1))

    assert charged(charge) == [(LineKind.RECURRING, 3000), (LineKind.SETUP, 5000)]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"charged_until": date(2026, 5, 1)}, SkipReason.ALREADY_CHARGED),
        ({"currency": "USD"}, SkipReason.OTHER_CURRENCY),
        ({"price_minor": 0}, SkipReason.NOTHING_TO_CHARGE),
        ({"started_at": instant(4, 20)}, SkipReason.NOTHING_TO_CHARGE),
    ],
)
def test_says_why_there_is_nothing_to_charge(facts, reason):
    assert charge_on(a_service(**facts), date(2026, 4, 19)) is reason


class TestAChangeOfPlan:
    #: 30.00 EUR were charged for April by the plan before.
    APRIL_BEFORE = EarlierCharge(5, 1, 3000, APRIL.starts_on, APRIL.ends_on)

    def changed(self, **facts: Any) -> Service:
        """A plan for 60.00 EUR a month since the 11th of April."""
        defaults = {
            "started_at": instant(4, 11),
            "price_minor": 6000,
            "charged_until": APRIL.ends_on,
            "earlier": self.APRIL_BEFORE,
        }
        return a_service(**{**defaults, **facts})

    def test_without_settlement_takes_nothing_back(self):
        charge = charge_on(self.changed(settlement=Settlement.NONE), date(2026, 4, 15))

        assert isinstance(charge, Charge)
        assert charge.credit is None
        assert [line.unit_price.minor for line in charge.lines] == [4000]

    def test_takes_back_the_days_left_and_charges_them_by_the_new_price(self):
        charge = charge_on(self.changed(), date(2026, 4, 15))

        assert isinstance(charge, Charge)
        assert charge.credit == Credit(5, 1, Money(2000, "EUR"))
        assert charge.period is None
        assert [(line.kind, line.unit_price.minor, line.period_from) for line in charge.lines] == [
            (LineKind.PRORATION, 4000, date(2026, 4, 11))
        ]

    def test_that_is_billed_with_the_next_period_is_made_up_for_in_one_charge(self):
        charge = charge_on(self.changed(), date(2026, 5, 1))

        assert isinstance(charge, Charge)
        assert charge.period == BillingPeriod(date(2026, 5, 1), date(2026, 6, 1))
        assert [(line.kind, line.unit_price.minor) for line in charge.lines] == [
            (LineKind.PRORATION, 4000),
            (LineKind.RECURRING, 6000),
        ]

    def test_to_a_free_plan_takes_back_and_says_that_it_did(self):
        charge = charge_on(self.changed(price_minor=0), date(2026, 4, 15))

        assert isinstance(charge, Charge)
        assert charge.credit == Credit(5, 1, Money(2000, "EUR"))
        assert [line.unit_price.minor for line in charge.lines] == [0]

    def test_from_a_quarter_to_months_takes_back_the_quarter_and_charges_the_month(self):
        quarter = EarlierCharge(5, 1, 9100, date(2026, 4, 1), date(2026, 7, 1))

        charge = charge_on(
            self.changed(earlier=quarter, charged_until=quarter.ends_on), date(2026, 4, 15)
        )

        assert isinstance(charge, Charge)
        assert charge.credit == Credit(5, 1, Money(8100, "EUR"))
        assert [line.period_to for line in charge.lines] == [date(2026, 5, 1)]

    def test_at_the_end_of_what_was_charged_takes_nothing_back(self):
        charge = charge_on(self.changed(started_at=instant(5, 1)), date(2026, 5, 1))

        assert isinstance(charge, Charge)
        assert charge.credit is None
        assert [line.kind for line in charge.lines] == [LineKind.RECURRING]
