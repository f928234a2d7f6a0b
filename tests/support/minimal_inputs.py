"""The least that fits an input type of the schema: for acts that are refused whatever they name."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

#: A value of each scalar that an input may need.
SCALARS: dict[str, Any] = {
    "ID": "x",
    "Int": 1,
    "String": "x",
    "Boolean": True,
    "Float": 1.5,
    "BigInt": "1",
    "Decimal": "1.00",
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "Duration": "PT1H",
    "JSON": {},
    "CountryCode": "PT",
    "CurrencyCode": "EUR",
    "EmailAddress": "ada@example.com",
    "IPAddress": "192.0.2.1",
    "MACAddress": "00:00:5e:00:53:01",
    "PhoneNumber": "+351912345678",
}


def minimal(kind: GraphQLInputType) -> Any:
    """A value that fits the type, with nothing that may be left out."""
    if isinstance(kind, GraphQLNonNull):
        return minimal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [minimal(kind.of_type)]
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        fields = named.fields.items()
        if named.is_one_of:
            name, field = next(iter(fields))
            return {name: minimal(field.type)}
        return {name: minimal(f.type) for name, f in fields if is_required_input_field(f)}
    return SCALARS[named.name]
