"""A price that is remembered is the price that would be found."""

import pytest

from graph.limits.prices import Prices
from tests.support.limits import price, pricing

SOURCE = """query Q($first: Int = 7, $ids: [ID!]!, $name: String) {
  person { bills(first: $first) { nodes { id } } named: id @include(if: true) }
  nodes(ids: $ids) { id }
}"""


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"first": None},
        {"first": 3},
        {"first": 3.0},
        {"first": 5_000},
        {"first": 100},
        {"first": -1},
        {"first": "3"},
        {"first": [1, 2, 3]},
        {"ids": []},
        {"ids": ["a", "b", "c"]},
        {"ids": "a"},
        {"ids": 3},
        {"first": 3, "ids": ["a"], "name": "Ada"},
    ],
)
def test_it_depends_on_what_the_variables_tell_of_sizes(variables):
    prices = Prices()
    for others in ({}, {"first": 1}, {"ids": ["x", "y"]}, {"first": 2, "ids": ["x"]}):
        prices.total(pricing(SOURCE, others))

    assert prices.total(pricing(SOURCE, variables)) == price(SOURCE, variables)
    assert prices.total(pricing(SOURCE, variables)) == price(SOURCE, variables)


def test_more_sizes_than_are_remembered_are_priced_all_the_same():
    prices = Prices()

    told = [
        prices.total(pricing(SOURCE, {"first": rows, "ids": ["x"] * ids}))
        for ids in range(4)
        for rows in range(101)
    ]

    assert told[:3] == [16, 17, 18]
    assert told[-1] == 125
