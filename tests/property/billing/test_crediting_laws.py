"""Laws of credit notes: never more than is left, and the parts sum to the whole."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.billing.crediting import Creditable, credit_all, credit_some
from domain.kernel.money import Money

percents = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


@st.composite
def invoices(draw):
    found = []
    for position in range(1, draw(st.integers(1, 5)) + 1):
        net = Money(draw(st.integers(-10_000, 10_000)), "EUR")
        percent = draw(percents)
        tax = net.times(percent.scaleb(-2)).minor
        found.append(Creditable(position * 10, position, percent, net.minor, tax))
    return found


def without(left, credited):
    taken = {line.line_id: line for line in credited}
    return [
        Creditable(
            line.line_id,
            line.position,
            line.tax_percent,
            line.net_minor - (taken[line.line_id].net_minor if line.line_id in taken else 0),
            line.tax_minor - (taken[line.line_id].tax_minor if line.line_id in taken else 0),
        )
        for line in left
    ]


@given(invoices())
def test_all_that_is_left_leaves_nothing(left):
    rest = without(left, credit_all(left))

    assert all(not line.net_minor and not line.tax_minor for line in rest)


@given(st.integers(1, 10_000), percents, st.lists(st.integers(1, 3_000), max_size=8))
def test_parts_of_a_line_never_overtake_it_and_sum_to_it(net, percent, parts):
    whole = Creditable(1, 1, percent, net, Money(net, "EUR").times(percent.scaleb(-2)).minor)
    left = [whole]
    credited = []
    for part in parts:
        if part <= left[0].net_minor:
            note = credit_some(left, {1: Money(part, "EUR")}, currency="EUR")
            credited += note
            left = without(left, note)
        assert left[0].net_minor >= 0
        assert left[0].tax_minor >= 0
    credited += credit_all(left)

    assert sum(line.net_minor for line in credited) == whole.net_minor
    assert sum(line.tax_minor for line in credited) == whole.tax_minor


@given(invoices(), st.data())
def test_the_sign_of_what_is_taken_back_is_that_of_the_line(left, data):
    line = data.draw(st.sampled_from(left))
    assume(line.net_minor > 0 and sum(each.total_minor for each in left) >= line.total_minor)
    part = data.draw(st.integers(1, line.net_minor))

    [credited] = credit_some(left, {line.position: Money(part, "EUR")}, currency="EUR")

    assert credited.net_minor == part
    assert 0 <= credited.tax_minor <= line.tax_minor
