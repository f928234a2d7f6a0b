"""Costs and sizes are declared on the schema, where gateways read them too."""

import pytest
from graphql import GraphQLObjectType

from graph.limits.declarations import COSTS, SIZES
from graph.limits.shape import HASHING
from graph.limits.weights import AS_LONG_AS, Weights
from graph.schema import build_schema

SCHEMA = build_schema()
WEIGHTS = Weights(SCHEMA._schema)


@pytest.mark.parametrize("coordinate", sorted({*COSTS, *SIZES, *AS_LONG_AS}))
def test_every_field_of_the_tables_exists(coordinate):
    type_name, name = coordinate.split(".")

    assert name in SCHEMA._schema.type_map[type_name].fields


def test_every_root_field_that_hashes_exists():
    assert SCHEMA._schema.mutation_type.fields.keys() >= HASHING


def test_every_connection_is_sized_by_its_page():
    for kind in SCHEMA._schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            if isinstance(kind, GraphQLObjectType) and str(field.type).endswith("Connection"):
                place = WEIGHTS.place(kind, name)
                assert place.size.slicing_arguments == ["first", "last"], place.coordinate
                assert WEIGHTS.place(place.type, "nodes").is_page, place.coordinate
                assert WEIGHTS.place(place.type, "edges").is_page, place.coordinate


def test_the_schema_that_gateways_read_says_so():
    printed = SCHEMA.as_str()
    link = printed[: printed.index("type ")]

    assert '"@cost"' in link
    assert '"@listSize"' in link
    assert "totalCount: Int @cost(weight: 10)" in printed
    assert (
        '@listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"]' in printed
    )
