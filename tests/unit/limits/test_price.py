"""What an operation costs: a statement once for all parents, a row as often as it may come."""

from itertools import pairwise
from math import ceil

import pytest
from graphql import get_introspection_query

from graph.limits.introspection import OBJECTS_PER_POINT
from graph.limits.shape import MOST
from tests.support.limits import SCHEMA, bomb, price, pricing


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("{ __typename }", 0),
        # A statement (5) and its row (1); scalars are free.
        ("{ person { id name } }", 6),
        ("{ person { bills(first: 10) { nodes { id } } } }", 6 + 5 + 10),
        ("{ person { bills(last: 10) { nodes { id } } } }", 6 + 5 + 10),
        # Twenty if nothing is said, a hundred at most, whatever is said.
        ("{ person { bills { nodes { id } } } }", 6 + 5 + 20),
        ("{ person { bills(first: 5000) { nodes { id } } } }", 6 + 5 + 100),
        ("{ person { bills(first: 99999999999999999999) { nodes { id } } } }", 6 + 5 + 100),
        ("{ person { bills(first: -1) { nodes { id } } } }", 6 + 5),
        ("{ person { bills(first: 2, last: 10) { nodes { id } } } }", 6 + 5 + 10),
        # Edges are free, their nodes are rows; both lists are two lists.
        ("{ bills(first: 10) { edges { node { id } } } }", 5 + 10),
        ("{ bills(first: 10) { edges { node { id } } nodes { id } } }", 5 + 20),
        # The count is not multiplied, and costs nothing unless it is asked for.
        ("{ bills(first: 10) { totalCount } }", 5 + 10),
        # One statement for the payers of all ten bills.
        ("{ bills(first: 10) { nodes { payer { id } } } }", 5 + 10 + 5 + 10),
        # A list without a size has ten rows; a type may be free.
        ("{ bills(first: 10) { nodes { lines { id amount { units } } } } }", 5 + 10 + 10 * 10),
        # The field's own cost once, its four rows at the type's own cost.
        ("{ person { reports { text } } }", 6 + 20 + 4 * 3),
        ('{ nodes(ids: ["a", "b"]) { id } }', 5 + 2 * 3),
        ('{ nodes(ids: "a") { id } }', 5 + 1 * 3),
        ("mutation { pay { id } }", 10 + 1),
        ("subscription { billed { id } }", 5 + 1),
    ],
)
def test_a_price_is_statements_once_and_rows_by_the_page(source, points):
    assert price(source) == points


def test_pages_within_pages_multiply():
    hundred = "{ bills(first: 100) { nodes { payer { bills(first: 100) { nodes { id } } } } } }"

    assert price(hundred) == 5 + 100 + 5 + 100 + 5 + 100 * 100


class TestVariables:
    QUERY = "query ($n: Int = 30, $ids: [ID!]!) { bills(first: $n) { nodes { id } } }"
    NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    @pytest.mark.parametrize(
        ("variables", "rows"),
        [
            ({"n": 7}, 7),
            ({"n": 7.0}, 7),
            ({}, 30),
            ({"n": None}, 20),
            ({"n": "many"}, 20),
            ({"n": 10**30}, 100),
            ({"n": 1e30}, 100),
        ],
    )
    def test_sizes_come_from_variables_and_their_defaults(self, variables, rows):
        assert price(self.QUERY, variables) == 5 + rows

    def test_a_variable_without_a_value_leaves_the_usual_page(self):
        assert price("query ($n: Int) { bills(first: $n) { nodes { id } } }") == 5 + 20

    @pytest.mark.parametrize(("ids", "rows"), [([], 0), (["a"] * 7, 7), ("a", 1)])
    def test_a_list_of_ids_is_as_long_as_it_is(self, ids, rows):
        assert price(self.NODES, {"ids": ids}) == 5 + rows * 3


class TestFragments:
    def test_a_page_of_a_fragment_is_that_of_the_field_that_it_is_spread_in(self):
        page = "fragment Page on BillConnection { nodes { id } totalCount }"
        query = (
            f"{{ bills(first: 3) {{ ...Page }} person {{ bills(last: 50) {{ ...Page }} }} }} {page}"
        )

        assert price(query) == (5 + 3 + 10) + (6 + 5 + 50 + 10)

    def test_fragments_on_several_types_are_all_paid_for(self):
        query = '{ nodes(ids: ["a", "b"]) { ... on Person { bills(first: 4) { nodes { id } } } } }'

        assert price(query) == 5 + 2 * 3 + 5 + 2 * 4

    @pytest.mark.parametrize("last", ["name", "...F0", "...Unknown"])
    def test_no_price_grows_without_end(self, last):
        assert price(bomb(60, last)) == MOST

    def test_what_is_unknown_costs_nothing(self):
        on_nobody = "... on Nobody { bills { nodes { id } } }"
        source = f"{{ person {{ nonsense {{ bills {{ id }} }} ...No {on_nobody} }} }}"

        assert price(source) == 6


def test_the_shares_of_coordinates_are_the_price():
    query = pricing(
        "{ bills(first: 10) { totalCount nodes { ...Payer lines { id } }"
        " edges { node { ...Payer } } } }"
        " fragment Payer on Bill { payer { reports { id } } }"
    )

    assert query.shares() == {
        "Query.bills": 5,
        "BillConnection.totalCount": 10,
        "BillConnection.nodes": 10,
        "BillEdge.node": 10,
        "Bill.payer": 2 * (5 + 10),
        "Bill.lines": 100,
        "Person.reports": 2 * (20 + 10 * 4 * 3),
    }
    assert sum(query.shares().values()) == query.total()


class TestIntrospection:
    def test_costs_its_objects_besides_fifty(self):
        objects = 1 + len(SCHEMA.type_map)

        assert price("{ __schema { types { name kind __typename } } }") == 50 + ceil(
            objects / OBJECTS_PER_POINT
        )

    @pytest.mark.parametrize(
        ("once", "again"),
        [
            ("__schema { types { fields { name } } }", "__schema { t: types { fields { name } } }"),
            ("types { fields { name } }", "t: types { fields { name } }"),
            ("fields { type { name } }", "f: fields { type { name } }"),
        ],
    )
    def test_pays_for_each_alias(self, once, again):
        inside = {"__schema": "{{ {} }}", "types": "{{ __schema {{ {} }} }}"}.get(
            once.split()[0], "{{ __schema {{ types {{ {} }} }} }}"
        )
        base, double = price(inside.format(once)), price(inside.format(f"{once} {again}"))
        empty = price(inside.format("__typename"))

        assert abs((double - empty) - 2 * (base - empty)) <= 2

    def test_multiplies_along_the_nesting(self):
        deeper, prices = "name", []
        for _ in range(4):
            deeper = f"fields {{ type {{ {deeper} }} }}"
            prices.append(price(f"{{ __schema {{ types {{ {deeper} }} }} }}"))

        growth = [after - before for before, after in pairwise(prices)]
        assert growth == sorted(growth)
        assert growth[-1] > 2 * growth[-2]

    def test_its_shares_are_rounded_up_for_each_coordinate(self):
        query = get_introspection_query(input_value_deprecation=True)
        shares = pricing(query).shares()

        assert shares["Query.__schema"] == 51
        assert 0 <= sum(shares.values()) - price(query) <= len(shares)

    def test_one_type_counts_as_several_since_it_may_be_the_largest(self):
        one = price('{ __type(name: "Query") { fields { name } } }')

        assert 50 < one <= price("{ __schema { types { fields { name } } } }")
