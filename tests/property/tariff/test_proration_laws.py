"""Laws of proration, for any amounts, periods and days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import Money
from domain.tariff.proration import Settlement, Step, collapsed, prorated_change, share_left

amounts = st.integers(0, 10**10).map(lambda minor: Money(minor, "EUR"))
dates = st.dates(date(2000, 1, 1), date(2090, 1, 1))
lengths = st.integers(1, 366)


@st.composite
def changes(draw):
    """A period, and a day in it or around it."""
    starts_on, days = draw(dates), draw(lengths)
    on = starts_on + timedelta(days=draw(st.integers(-5, days + 5)))
    return {"starts_on": starts_on, "ends_on": starts_on + timedelta(days=days), "on": on}


@given(change=changes(), invoiced=amounts, price=amounts, settlement=st.sampled_from(Settlement))
def test_a_change_preserves_money(change, invoiced, price, settlement):
    proration = prorated_change(invoiced=invoiced, price=price, settlement=settlement, **change)

    assert proration.credit + proration.used == invoiced
    assert 0 <= proration.credit.minor <= invoiced.minor
    assert 0 <= proration.charge.minor <= price.minor


@given(change=changes(), price=amounts)
def test_a_change_to_the_same_price_costs_nothing(change, price):
    assert prorated_change(invoiced=price, price=price, **change).net == Money(0, "EUR")


@given(change=changes(), amount=amounts)
def test_a_share_is_within_half_a_unit_of_the_exact_one(change, amount):
    share = share_left(amount, **change)

    period = (change["ends_on"] - change["starts_on"]).days
    left = min(period, max(0, (change["ends_on"] - change["on"]).days))
    assert abs(share.minor * period - amount.minor * left) * 2 <= period


@given(change=changes(), amount=amounts, later=st.integers(0, 400))
def test_a_later_day_never_leaves_more(change, amount, later):
    after = {**change, "on": change["on"] + timedelta(days=later)}

    assert share_left(amount, **after).minor <= share_left(amount, **change).minor


@given(steps=st.lists(st.builds(Step, dates, amounts)))
def test_a_chain_keeps_each_days_last_price_and_is_a_chain_itself(steps):
    chain = collapsed(steps)

    assert [step.on for step in chain] == sorted({step.on for step in steps})
    assert {step.on: step for step in chain} == {step.on: step for step in steps}
    assert collapsed(chain) == chain
