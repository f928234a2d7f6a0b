"""Laws of allocation: nothing is spent twice, paid twice, out of order, or left lying."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.allocation import Debt, Funds, allocate

amounts = st.integers(0, 10**6)
several_funds = st.lists(amounts, max_size=8).map(
    lambda left: [Funds(number, minor) for number, minor in enumerate(left)]
)
several_debts = st.lists(amounts, max_size=8).map(
    lambda due: [Debt(number, minor) for number, minor in enumerate(due)]
)


def spent(shares):
    sums = Counter()
    for share in shares:
        sums[share.payment_id] += share.amount_minor
    return sums


def paid(shares):
    sums = Counter()
    for share in shares:
        sums[share.invoice_id] += share.amount_minor
    return sums


@given(several_funds, several_debts)
def test_no_payment_is_overspent_and_no_invoice_overpaid(funds, debts):
    shares = allocate(funds, debts)

    assert all(spent(shares)[fund.payment_id] <= fund.left_minor for fund in funds)
    assert all(paid(shares)[debt.invoice_id] <= debt.due_minor for debt in debts)


@given(several_funds, several_debts)
def test_as_much_is_paid_as_there_is_money_for(funds, debts):
    shares = allocate(funds, debts)

    total = sum(share.amount_minor for share in shares)
    assert total == min(
        sum(fund.left_minor for fund in funds), sum(debt.due_minor for debt in debts)
    )


@given(several_funds, several_debts)
def test_an_invoice_waits_for_those_before_it(funds, debts):
    sums = paid(allocate(funds, debts))

    short = [sums[debt.invoice_id] < debt.due_minor for debt in debts]
    for debt, *earlier in ((debt, *short[:place]) for place, debt in enumerate(debts)):
        assert not (any(earlier) and sums[debt.invoice_id])


@given(several_funds, several_debts)
def test_every_share_is_positive_and_every_pair_occurs_once(funds, debts):
    shares = allocate(funds, debts)

    pairs = [(share.payment_id, share.invoice_id) for share in shares]
    assert all(share.amount_minor > 0 for share in shares)
    assert len(pairs) == len(set(pairs))


@given(several_funds, several_debts)
def test_paying_in_two_goes_equals_paying_in_one(funds, debts):
    at_once = paid(allocate(funds, debts))

    first = paid(allocate(funds[:1], debts))
    left = [Debt(debt.invoice_id, debt.due_minor - first[debt.invoice_id]) for debt in debts]
    second = paid(allocate(funds[1:], left))

    assert first + second == at_once
