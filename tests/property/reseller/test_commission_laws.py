"""Laws of commission: it never exceeds its base, never falls as the base grows, errs by half."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import Money
from domain.reseller.commission import checked_percent, commission_on, period_of

amounts = st.integers(0, 2**62)
instants = st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
percents = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


def earned(net_minor: int, percent: Decimal) -> int:
    return commission_on(Money(net_minor, "EUR"), percent).minor


@given(net=amounts, percent=percents)
def test_commission_is_the_exact_share_rounded_half_to_even(net, percent):
    assert earned(net, percent) == round(Fraction(net) * Fraction(percent) / 100)


@given(net=amounts, percent=percents)
def test_commission_lies_between_nothing_and_the_base(net, percent):
    assert 0 <= earned(net, percent) <= net


@given(net=amounts, more=amounts, percent=percents)
def test_commission_never_falls_as_the_base_grows(net, more, percent):
    assert earned(net + more, percent) >= earned(net, percent)


@given(net=amounts, percent=percents)
def test_what_is_taken_back_cancels_what_was_earned(net, percent):
    assert earned(net, percent) + earned(-net, percent) == 0


@given(percent=percents)
def test_every_share_of_two_digits_is_accepted_as_it_is(percent):
    assert checked_percent(percent) == percent


@given(instant=instants)
def test_the_period_is_the_month_the_instant_is_written_with(instant):
    assert period_of(instant) == instant.isoformat()[:7]
