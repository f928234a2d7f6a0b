"""Changes of plan within a period, by the check values of the domain's design."""

from datetime import date

import pytest

from domain.kernel.money import Money
from domain.tariff.proration import Settlement, Step, collapsed, prorated_change, share_left

APRIL = {"starts_on": date(2025, 4, 1), "ends_on": date(2025, 5, 1)}
JANUARY = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 2, 1)}


def eur(minor):
    return Money(minor, "EUR")


def test_from_30_to_60_on_the_11th_of_april_costs_20_more():
    change = prorated_change(invoiced=eur(3000), price=eur(6000), on=date(2025, 4, 11), **APRIL)

    assert (change.credit, change.charge, change.net) == (eur(2000), eur(4000), eur(2000))
    assert (change.remaining_days, change.period_days, change.used) == (20, 30, eur(1000))


def test_of_2999_in_a_month_of_31_days_21_days_come_back_as_2032():
    change = prorated_change(invoiced=eur(2999), price=eur(0), on=date(2025, 1, 11), **JANUARY)

    assert (change.credit, change.used) == (eur(2032), eur(967))


def test_what_comes_back_is_of_what_was_invoiced_and_not_of_the_list_price():
    change = prorated_change(invoiced=eur(1500), price=eur(6000), on=date(2025, 4, 16), **APRIL)

    assert (change.credit, change.charge) == (eur(750), eur(3000))


def test_without_a_settlement_nothing_comes_back():
    change = prorated_change(
        invoiced=eur(3000),
        price=eur(6000),
        on=date(2025, 4, 11),
        settlement=Settlement.NONE,
        **APRIL,
    )

    assert (change.credit, change.used, change.net) == (eur(0), eur(3000), eur(4000))


@pytest.mark.parametrize(
    ("on", "left"),
    [(date(2025, 3, 1), 3000), (date(2025, 4, 1), 3000), (date(2025, 5, 1), 0)],
)
def test_a_day_outside_the_period_stands_for_its_border(on, left):
    assert share_left(eur(3000), on=on, **APRIL) == eur(left)


def test_halves_go_to_the_even_unit():
    period = {"starts_on": date(2025, 4, 1), "ends_on": date(2025, 4, 3), "on": date(2025, 4, 2)}

    assert [share_left(eur(minor), **period) for minor in (1, 3, 5)] == [eur(0), eur(2), eur(2)]


def test_changes_of_one_day_are_one_from_the_first_plan_to_the_last():
    first, undone, last = (
        Step(date(2025, 4, 1), eur(3000)),
        Step(date(2025, 4, 11), eur(9000)),
        Step(date(2025, 4, 11), eur(6000)),
    )

    assert collapsed([first, undone, last]) == (first, last)


def test_a_period_without_days_is_a_defect():
    day = date(2025, 4, 1)

    with pytest.raises(ValueError, match="ends after it starts"):
        share_left(eur(1), starts_on=day, ends_on=day, on=day)
