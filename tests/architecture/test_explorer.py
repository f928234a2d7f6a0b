"""The explorer's examples fit the schema that they are sent to."""

import re
from functools import cache

import pytest
from graphql import GraphQLSchema, OperationType, validate
from graphql.execution.values import get_variable_values

from graph.schema import build_schema
from tests.e2e.explorer.examples import EXAMPLES, Example, examples

MODULES = {"customer", "billing", "tariff", "radius", "monitoring", "reseller", "live"}
_EACH = pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)


@cache
def _schema() -> GraphQLSchema:
    return build_schema()._schema


@_EACH
def test_an_example_is_valid_against_the_schema(example: Example):
    assert validate(_schema(), example.document) == []


@_EACH
def test_the_variables_of_an_example_are_all_used_and_of_their_types(example: Example):
    definitions = example.operation.variable_definitions or ()

    coerced = get_variable_values(_schema(), definitions, example.variables)

    assert not isinstance(coerced, list), coerced
    assert set(example.variables) <= {each.variable.name.value for each in definitions}


@_EACH
def test_an_example_begins_with_a_comment_that_says_what_it_shows(example: Example):
    comment = re.match(r"(?:# .+\n)+", example.query)

    assert comment is not None
    assert comment[0].rstrip().endswith(".")


def test_variables_belong_to_an_example():
    alone = [
        path.name for path in EXAMPLES.glob("*/*.json") if not path.with_suffix(".graphql").exists()
    ]

    assert alone == []


def test_every_module_has_examples_of_what_is_read_and_of_what_is_changed():
    kinds: dict[str, set[OperationType]] = {}
    for example in examples():
        kinds.setdefault(example.name.split("/")[0], set()).add(example.kind)

    live = kinds.pop("live")
    assert kinds.keys() | {"live"} == MODULES
    assert live == {OperationType.SUBSCRIPTION}
    assert all(found == {OperationType.QUERY, OperationType.MUTATION} for found in kinds.values())


def test_operations_have_names_that_no_other_has():
    names = [example.operation.name and example.operation.name.value for example in examples()]

    assert None not in names
    assert len(set(names)) == len(names)
