"""What usage beyond allowance and top-ups costs."""

import pytest

from domain.kernel.money import Money
from domain.tariff.overage import Overage, overage

MONTH = {"allowance_octets": 1000, "drawn_octets": 200, "block_octets": 100}
PRICE = Money(50, "EUR")


@pytest.mark.parametrize(
    ("metered", "octets", "blocks"),
    [
        (0, 0, 0),
        (1200, 0, 0),
        (1201, 1, 1),
        (1300, 100, 1),
        (1301, 101, 2),
        (2**63, 2**63 - 1200, 92233720368547747),
    ],
)
def test_each_block_begun_beyond_them_counts_whole(metered, octets, blocks):
    due = overage(metered_octets=metered, price=PRICE, **MONTH)

    assert due == Overage(octets, blocks, Money(50 * blocks, "EUR"))


@pytest.mark.parametrize("gone", [{"allowance_octets": None}, {"block_octets": None}])
def test_there_is_none_on_a_plan_that_does_not_charge_for_it(gone):
    assert overage(metered_octets=5000, price=PRICE, **{**MONTH, **gone}) is None
