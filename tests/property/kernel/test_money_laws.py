"""Laws of money: exact in and out, rounded once and half to even, never of two currencies."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import Invalid
from domain.kernel.money import Money, exponent

EXPONENTS = {"JPY": 0, "EUR": 2, "KWD": 3}
currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(-(2**53), 2**53)
amounts = st.builds(Money, minors, currencies)
factors = st.decimals(-1000, 1000, places=4)


@pytest.mark.parametrize(("currency", "digits"), EXPONENTS.items())
def test_a_currency_has_its_digits(currency, digits):
    assert exponent(currency) == digits


@given(amounts)
def test_an_amount_is_parsed_back_to_itself_with_all_its_digits(money):
    assert Money.parse(money.amount, money.currency) == money
    assert money.amount.as_tuple().exponent == -EXPONENTS[money.currency]


@given(amounts)
def test_the_text_of_an_amount_is_that_of_its_decimal(money):
    assert money.text == format(money.amount, "f")


@given(minors, minors, currencies)
def test_adding_and_subtracting_are_those_of_the_minor_units(one, other, currency):
    first, second = Money(one, currency), Money(other, currency)

    assert (first + second).minor == one + other
    assert first + second - second == first


def test_two_currencies_are_never_mixed():
    with pytest.raises(ValueError, match="cannot mix EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(ValueError, match="cannot mix EUR and USD"):
        Money(1, "EUR") - Money(1, "USD")


@given(amounts, factors)
def test_a_product_is_the_nearest_minor_unit_and_the_even_one_of_two(money, factor):
    assert money.times(factor).minor == round(money.minor * Fraction(factor))


@given(st.integers(0, 2**53), currencies, st.integers(1, 366), st.data())
def test_a_part_of_a_period_is_the_nearest_minor_unit_and_never_more_than_the_whole(
    minor, currency, of, data
):
    days = data.draw(st.integers(0, of))
    whole = Money(minor, currency)

    used = whole.prorated(days=days, of=of)
    credit = whole - used

    assert used.minor == round(Fraction(minor * days, of))
    assert 0 <= used.minor <= minor
    assert 0 <= credit.minor <= minor
    assert used + credit == whole
    assert abs(credit.minor - whole.prorated(days=of - days, of=of).minor) <= 1


@pytest.mark.parametrize(
    ("minor", "days", "of", "expected"),
    [(3, 1, 6, 0), (15, 5, 30, 2), (15, 7, 30, 4), (1, 1, 2, 0)],
)
def test_halves_of_thirds_go_to_the_even_neighbour(minor, days, of, expected):
    assert Money(minor, "EUR").prorated(days=days, of=of).minor == expected


@given(st.integers(-(10**9), 10**9), currencies, st.integers(1, 60))
def test_more_digits_than_the_currency_has_are_refused(minor, currency, further):
    amount = Decimal(f"{Money(minor, currency).amount:f}" + ("." if currency == "JPY" else ""))
    digits = EXPONENTS[currency] + further
    finer = Decimal(f"{amount:.{digits}f}"[:-1] + "1")

    with pytest.raises(Invalid) as refused:
        Money.parse(finer, currency, field="price")

    assert refused.value.path == ("price",)


@given(amounts, st.integers(1, 10))
def test_further_zeros_are_no_digits(money, zeros):
    text = f"{money.amount:.{EXPONENTS[money.currency] + zeros}f}"

    assert Money.parse(Decimal(text), money.currency) == money


@pytest.mark.parametrize("currency", EXPONENTS)
@pytest.mark.parametrize(
    "amount",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "9007199254740993",
        "1E20",
        "-1E20",
        "1E999999",
        "-1E999999",
        "1E-999999",
    ],
)
def test_what_is_no_amount_is_refused(amount, currency):
    with pytest.raises(Invalid) as refused:
        Money.parse(Decimal(amount), currency)

    assert refused.value.path == ("amount",)
