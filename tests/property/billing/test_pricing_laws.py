"""Laws of invoice amounts: rounded once, at the line; sums exact to the minor unit."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.kinds import LineKind
from domain.billing.pricing import priced, totals
from tests.support.billing import a_line

prices = st.integers(-(10**9), 10**9)
quantities = st.decimals(Decimal("0.001"), Decimal(10_000), places=3)
percents = st.decimals(0, 100, places=2)


@st.composite
def lines(draw):
    return a_line(
        draw(prices),
        kind=LineKind.ADJUSTMENT,
        quantity=draw(quantities),
        tax_percent=draw(st.none() | percents),
    )


@given(line=lines(), percent=percents)
def test_net_and_tax_are_the_nearest_minor_unit_and_the_even_one_of_two(line, percent):
    result = priced(line, tax_percent=percent)

    net = Fraction(line.unit_price.minor) * Fraction(line.quantity)
    tax = Fraction(result.net_minor) * Fraction(result.tax_percent) / 100
    assert result.net_minor == round(net)
    assert result.tax_minor == round(tax)


@given(st.lists(lines(), max_size=30), percents)
def test_totals_add_up_to_the_minor_unit(several, percent):
    charged = [priced(line, tax_percent=percent) for line in several]

    sums = totals(charged)

    assert sums.net_minor == sum(line.net_minor for line in charged)
    assert sums.tax_minor == sum(line.tax_minor for line in charged)
    assert sums.total_minor == sum(line.net_minor + line.tax_minor for line in charged)


@given(line=lines(), percent=percents)
def test_the_accounts_rate_applies_unless_the_line_has_one(line, percent):
    expected = percent if line.tax_percent is None else line.tax_percent

    assert priced(line, tax_percent=percent).tax_percent == expected


@given(lines())
def test_a_price_that_includes_its_tax_is_charged_as_it_is_said(line):
    line = replace(line, tax_included=True)

    result = priced(line, tax_percent=Decimal(23))

    total = result.net_minor + result.tax_minor
    assert total == line.unit_price.times(line.quantity).minor
