"""The table of REST paths: its documents fit the schema, its statuses fit the failure tree."""

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from domain.kernel.errors import Conflict, DomainError, Invalid, NotFound
from graph.documents import Documents
from graph.rest import problems
from graph.rest.endpoints import ENDPOINTS
from graph.rest.exchange import Exchange
from graph.rest.operations import DOCUMENTS, source_of
from graph.rest.shapes import Shape, snake
from graph.schema import build_schema

GUIDE = {
    ("GET", "/api/customers/{customer_id}"),
    ("GET", "/api/billing/customers/{customer_id}/invoices"),
    ("POST", "/api/billing/customers/{customer_id}/payments"),
    ("GET", "/api/tariff/customers/{customer_id}/plans"),
    ("POST", "/api/tariff/customers/{customer_id}/plans"),
    ("GET", "/api/radius/customers/{customer_id}/sessions"),
    ("POST", "/api/radius/customers/{customer_id}/authorize"),
    ("GET", "/api/monitoring/customers/{customer_id}/metrics"),
    ("POST", "/api/monitoring/customers/{customer_id}/alerts"),
    ("GET", "/api/reseller/{reseller_id}/customers"),
    ("POST", "/api/reseller/{reseller_id}/customers"),
}


def _schema():
    return build_schema()._schema


def _failures(family: type[DomainError] = DomainError):
    for failure in family.__subclasses__():
        yield failure
        yield from _failures(failure)


def test_has_every_path_of_the_guide_and_no_other():
    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} == GUIDE


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.document)
def test_documents_are_valid_against_the_schema(endpoint):
    document = Documents(_schema()).get(source_of(endpoint.document))

    assert document.problems == ()


def test_every_kept_document_is_used():
    sources = "".join(source_of(endpoint.document) for endpoint in ENDPOINTS)
    named = {endpoint.document for endpoint in ENDPOINTS}

    unused = [
        path.stem
        for path in DOCUMENTS.iterdir()
        if path.stem not in named and f"fragment {path.stem} on" not in sources
    ]

    assert unused == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.document)
def test_mutations_take_a_key_and_report_user_errors(endpoint):
    exchange = Exchange(endpoint, _schema())

    if endpoint.method == "POST":
        payload = exchange.operation.data.parts[endpoint.answer[0]]
        assert set(payload.parts["userErrors"].parts) == {"code", "message", "path"}
    # An authorization changes nothing, so that there is nothing to do only once.
    changes = endpoint.method == "POST" and endpoint.document != "authorize"
    assert exchange.takes_key == changes


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.document)
def test_every_input_has_a_description(endpoint):
    variables = Exchange(endpoint, _schema()).operation.variables.values()

    assert all(variable.description for variable in variables)


def test_statuses_follow_the_failure_tree():
    expected = {NotFound: 404, Invalid: 422, Conflict: 409}

    for family, status in expected.items():
        for failure in (family, *_failures(family)):
            if failure.__module__.startswith("domain."):
                assert problems.status_of(failure.code) == status, failure


def test_a_code_that_is_nobody_s_fault_but_ours_is_a_defect():
    assert problems.status_of("GRAPHQL_VALIDATION_FAILED") == 500


def test_snake_case_names_of_a_type_stay_apart():
    kinds = (GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType)
    for kind in _schema().type_map.values():
        if isinstance(kind, kinds):
            assert len(set(map(snake, kind.fields))) == len(kind.fields), kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postalCode", "postal_code"),
        ("numberLast4", "number_last4"),
        ("sha256", "sha256"),
        ("nasIpAddress", "nas_ip_address"),
        ("id", "id"),
    ],
)
def test_snake_case(name, expected):
    assert snake(name) == expected


def test_a_leaf_keeps_the_keys_it_has():
    shape = Shape(None, parts={"customFields": Shape(None), "subscription": Shape(None, parts={})})

    renamed = shape.renamed({"customFields": {"camelKey": 1}, "subscription": None})

    assert renamed == {"custom_fields": {"camelKey": 1}, "subscription": None}
