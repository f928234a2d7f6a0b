"""The OpenAPI 3.1 description of the REST paths, made from the same table that serves them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from graphql import Undefined

from graph.rest.exchange import IDEMPOTENCY_HEADER, Exchange
from graph.rest.inputs import Origin
from graph.rest.json_schemas import JsonSchemas, Schema, object_schema
from graph.rest.operations import Variable
from graph.rest.problems import MEDIA_TYPE
from graph.rest.shapes import snake

_READ_PROBLEMS = (401, 403, 404, 422, 500, 503)
_WRITE_PROBLEMS = (400, 401, 403, 404, 409, 413, 415, 422, 500, 503)
_JSON = "application/json"
_FAULT = {
    "type": "object",
    "description": "One wrong input, named by exactly one of pointer, parameter and header",
    "required": ["detail", "code"],
    "properties": {
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "pointer": {"type": "string", "description": "JSON Pointer into the body (RFC 6901)"},
        "parameter": {"type": "string", "description": "Name of a query parameter"},
        "header": {"type": "string", "description": "Name of a header"},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "Why a request was not done (RFC 9457)",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, for people"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "description": "What went wrong, for programs"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}


def openapi(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """The whole document."""
    schemas = JsonSchemas()
    schemas.components |= {"Problem": _PROBLEM, "Fault": _FAULT}
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for exchange in exchanges:
        endpoint = exchange.endpoint
        paths[endpoint.path][endpoint.method.lower()] = _operation(exchange, schemas)
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "responses": {f"Problem{status}": _problem(status) for status in _WRITE_PROBLEMS},
            "schemas": dict(sorted(schemas.components.items())),
        },
    }


def _info() -> dict[str, str]:
    return {
        "title": "isp-graph REST paths",
        "version": version("isp-graph"),
        "description": "Each path runs one GraphQL document as whoever asks. "
        "All that `/graphql` offers beyond these paths is in its schema.",
    }


def _operation(exchange: Exchange, schemas: JsonSchemas) -> dict[str, Any]:
    endpoint, name = exchange.endpoint, exchange.operation.name
    operation: dict[str, Any] = {
        "operationId": f"{name[0].lower()}{name[1:]}",
        "tags": [endpoint.path.split("/")[2]],
        "summary": endpoint.summary,
        "parameters": [*_parameters(exchange, schemas)],
    }
    if exchange.origin is Origin.BODY and exchange.inputs:
        operation["requestBody"] = _request_body(exchange, schemas)
    problems = _READ_PROBLEMS if exchange.origin is Origin.QUERY else _WRITE_PROBLEMS
    done = {str(endpoint.status): _success(exchange, schemas)}
    if exchange.takes_key:
        done["204"] = {"description": "Done, and the result is not yours to read"}
    operation["responses"] = done | {
        str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in problems
    }
    return operation


def _parameters(exchange: Exchange, schemas: JsonSchemas) -> Iterable[dict[str, Any]]:
    for name, variable in exchange.path.items():
        schema = {**schemas.of_input(variable.type), "minimum": 1}
        yield _parameter(name, "path", schema, variable) | {"required": True}
    if exchange.origin is Origin.QUERY:
        for name, variable in exchange.inputs.items():
            schema = _with_default(schemas.of_present(variable.type), variable)
            parameter = _parameter(name, "query", schema, variable)
            yield parameter | ({"required": True} if exchange.requires(variable) else {})
    if exchange.takes_key:
        description = "The same key and request replays the first answer and changes nothing again"
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        yield {
            "name": IDEMPOTENCY_HEADER,
            "in": "header",
            "description": description,
            "schema": schema,
        }


def _parameter(name: str, place: str, schema: Schema, variable: Variable) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "description": _worded(variable.description),
        "schema": schema,
    }


def _request_body(exchange: Exchange, schemas: JsonSchemas) -> dict[str, Any]:
    properties = {
        name: _with_default(schemas.of_input(variable.type), variable)
        | {"description": _worded(variable.description)}
        for name, variable in exchange.inputs.items()
    }
    required = [name for name, found in exchange.inputs.items() if exchange.requires(found)]
    schema = object_schema(properties, required)
    return {"required": bool(required), "content": {_JSON: {"schema": schema}}}


def _success(exchange: Exchange, schemas: JsonSchemas) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": HTTPStatus(exchange.endpoint.status).phrase,
        "content": {_JSON: {"schema": schemas.of_answer(exchange.shape)}},
    }
    if exchange.endpoint.location:
        address = {"type": "string", "format": "uri-reference"}
        response["headers"] = {"Location": {"schema": address}}
    return response


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _with_default(schema: Schema, variable: Variable) -> Schema:
    return schema if variable.default is Undefined else {**schema, "default": variable.default}


_GRAPH_NAME = re.compile(r"`(\w+)`")


def _worded(description: str | None) -> str:
    """A description of the graph's with the names that the REST paths have."""
    return _GRAPH_NAME.sub(lambda found: f"`{snake(found[1])}`", description or "")
