"""The OpenAPI document: whole, without loose ends, and true to the documents behind it."""

import re
from typing import Any

import pytest

from graph.rest.endpoints import ENDPOINTS
from graph.rest.exchange import Exchange
from graph.rest.openapi import openapi
from graph.schema import build_schema

METHODS = {"get", "post"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    schema = build_schema()._schema
    return openapi([Exchange(endpoint, schema) for endpoint in ENDPOINTS])


def _values(value: Any):
    yield value
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)):
        for child in children:
            yield from _values(child)


def _operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_has_the_parts_that_openapi_3_1_requires(document):
    assert document["openapi"] == "3.1.0"
    assert set(document["info"]) >= {"title", "version"}
    for path, method, operation in _operations(document):
        assert path.startswith("/api/")
        assert method in METHODS
        assert operation["responses"]
        for response in operation["responses"].values():
            assert "$ref" in response or response["description"]
        for parameter in operation["parameters"]:
            assert set(parameter) >= {"name", "in", "schema", "description"}
            assert parameter["description"]


def test_operation_ids_are_unique(document):
    names = [operation["operationId"] for _, _, operation in _operations(document)]

    assert len(set(names)) == len(names) == len(ENDPOINTS)


def test_every_name_in_braces_is_a_required_path_parameter(document):
    for path, _, operation in _operations(document):
        declared = [
            parameter["name"]
            for parameter in operation["parameters"]
            if parameter["in"] == "path" and parameter["required"]
        ]
        assert declared == re.findall(r"{(\w+)}", path)


def test_every_reference_leads_somewhere(document):
    references = {
        value["$ref"] for value in _values(document) if isinstance(value, dict) and "$ref" in value
    }
    assert references

    for reference in references:
        target = document
        for name in reference.removeprefix("#/").split("/"):
            target = target[name]


def test_every_kept_schema_is_used(document):
    text = str(document)

    for kind in ("schemas", "responses"):
        for name in document["components"][kind]:
            assert f"'#/components/{kind}/{name}'" in text


def test_what_is_required_is_declared(document):
    objects = [
        value
        for value in _values(document)
        if isinstance(value, dict) and value.get("type") == "object"
    ]
    assert objects

    for value in objects:
        assert set(value.get("required", ())) <= set(value["properties"])


def test_names_are_in_snake_case(document):
    names = {
        name
        for value in _values(document)
        if isinstance(value, dict) and value.get("type") == "object"
        for name in value["properties"]
    }

    assert {name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)} == set()


def test_the_body_of_a_payment_is_the_document_s_variables(document):
    payments = document["paths"]["/api/billing/customers/{customer_id}/payments"]["post"]

    body = payments["requestBody"]
    schema = body["content"]["application/json"]["schema"]

    assert body["required"] is True
    assert schema["required"] == ["amount", "method"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == [
        "amount",
        "method",
        "reference",
        "received_at",
        "invoice_ids",
    ]
    assert schema["properties"]["received_at"] == {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "Timestamp of receipt; now by default",
    }
    assert {"name": "Idempotency-Key", "in": "header"}.items() <= payments["parameters"][1].items()


def test_the_range_of_metrics_may_be_left_out(document):
    metrics = document["paths"]["/api/monitoring/customers/{customer_id}/metrics"]["get"]

    needed = [p["name"] for p in metrics["parameters"] if p.get("required")]

    assert needed == ["customer_id"]
