"""The graph's types as JSON Schemas (2020-12) of what is on the wire of the REST paths."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLOutputType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

from graph.rest.shapes import Shape, snake

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_SCALARS: dict[str, Schema] = {
    "Boolean": {"type": "boolean"},
    "Int": {"type": "integer", "format": "int32"},
    "Float": {"type": "number", "format": "double"},
    "String": {"type": "string"},
    "ID": {"type": "string"},
    "BigInt": {"type": "string", "pattern": "^-?[0-9]{1,19}$"},
    "Decimal": {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,10})?$"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
    "Duration": {"type": "string", "format": "duration"},
    "EmailAddress": {"type": "string", "format": "email"},
    "CountryCode": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "CurrencyCode": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "JSON": {},
}


class JsonSchemas:
    """Makes schemas, and keeps those of named types in ``components``."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def of_input(self, kind: GraphQLInputType) -> Schema:
        """What an input of the type may be."""
        return self._wrapped(kind, None)

    def of_present(self, kind: GraphQLInputType) -> Schema:
        """What it may be where null cannot be written: in a query."""
        return self._bare(get_nullable_type(kind), None)

    def of_answer(self, shape: Shape) -> Schema:
        """What a body of the shape is; an answer itself is never null."""
        return self._bare(get_nullable_type(shape.type), shape)

    def _wrapped(self, kind: GraphQLInputType | GraphQLOutputType, shape: Shape | None) -> Schema:
        schema = self._bare(get_nullable_type(kind), shape)
        return schema if is_non_null_type(kind) else _or_null(schema)

    def _bare(self, kind: Any, shape: Shape | None) -> Schema:
        if is_list_type(kind):
            return {"type": "array", "items": self._wrapped(kind.of_type, shape)}
        return self._named(kind, shape)

    def _named(self, kind: GraphQLNamedType, shape: Shape | None) -> Schema:
        if shape is not None and shape.parts is not None:
            return self._kept(kind.name, self._object(kind, shape.parts))
        if isinstance(kind, GraphQLEnumType):
            values = {"type": "string", "enum": list(kind.values)}
            return self._kept(kind.name, _described(values, kind.description))
        if isinstance(kind, GraphQLInputObjectType):
            return self._kept(kind.name, self._input_object(kind))
        return dict(_SCALARS.get(kind.name, {"type": "string", "description": kind.description}))

    def _kept(self, name: str, schema: Schema) -> Schema:
        # Two documents may select different parts of one type: then only the first is shared.
        if self.components.setdefault(name, schema) == schema:
            return {"$ref": _REF + name}
        return schema

    def _object(self, kind: GraphQLNamedType, parts: dict[str, Shape]) -> Schema:
        properties = {
            snake(name): _described(self._wrapped(part.type, part), part.description)
            for name, part in parts.items()
        }
        whole = {"type": "object", "required": list(properties), "properties": properties}
        return _described(whole, kind.description)

    def _input_object(self, kind: GraphQLInputObjectType) -> Schema:
        properties = {
            snake(name): _described(self._wrapped(field.type, None), field.description)
            for name, field in kind.fields.items()
        }
        required = [snake(n) for n, field in kind.fields.items() if is_required_input_field(field)]
        return _described(object_schema(properties, required), kind.description)


def object_schema(properties: dict[str, Schema], required: list[str]) -> Schema:
    """An object that takes no other member."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _described(schema: Schema, description: str | None) -> Schema:
    return {**schema, "description": description} if description else schema


def _or_null(schema: Schema) -> Schema:
    if not schema:
        return schema
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
