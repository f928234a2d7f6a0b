"""Every mutation that names a row, with an input that is valid but for whose row that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)

from graph.ids import encode_id
from graph.node import NODES
from graph.schema import build_schema

#: Inputs that name a row, and its type; ids of all other types are named like them.
_NAMES = {
    "customerId": "Customer",
    "resellerId": "Reseller",
    "parentId": "Reseller",
    "tariffPlanId": "TariffPlan",
    "endpointId": "WebhookEndpoint",
    "segmentId": "NetworkSegment",
    "sessionId": "RadiusSession",
    "credentialId": "ServiceCredential",
    "invoiceIds": "Invoice",
}
_NUMBERED = ("customerId", "resellerId", "tariffPlanId")
_NUMBERED_PARENT = ("parentId", "Reseller")
#: What passes for an input of the name, else of the type.
_SAMPLES: dict[str, Any] = {
    "amount": "10.00",
    "country": "PT",
    "currency": "EUR",
    "line1": "Rua Augusta 1",
    "locality": "Lisboa",
    "postalCode": "1100-048",
    "quantity": "1",
    "url": "https://example.com/hook",
    "eventTypes": ["customer.created"],
    "firstName": "Ada",
    "lastName": "Lovelace",
    "dedupeKey": "k-1",
    "until": "2026-01-01T00:00:00Z",
    "recordedAt": "2026-01-01T00:00:00Z",
    "status": "SUSPENDED",
    "subscriptionState": "SUSPENDED",
    "password": "correct horse battery",
}
_TYPES: dict[str, Any] = {
    "Int": 1,
    "String": "because",
    "BigInt": "1",
    "Boolean": True,
    "Decimal": "1.00",
    "DateTime": "2026-01-01T00:00:00Z",
    "Date": "2026-01-01",
    "Float": 1.0,
}


@dataclass(frozen=True, slots=True)
class Change:
    """
    A mutation, the input that names a row of ``target``, and all its required inputs.

    ``names`` are all inputs that name rows, with the types of those.
    """

    field: str
    named_by: str
    target: str
    input: dict[str, Any]
    names: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.field} by {self.named_by}"

    @property
    def query(self) -> str:
        """The mutation with its input as the variable ``input``."""
        type_name = f"{self.field[0].upper()}{self.field[1:]}Input"
        payload = "userErrors { __typename code message path }"
        return f"mutation M($input: {type_name}!) {{ {self.field}(input: $input) {{ {payload} }} }}"

    @property
    def names_by_number(self) -> bool:
        return self.named_by in _NUMBERED or (self.named_by, self.target) == _NUMBERED_PARENT

    def named(self, key: int) -> Any:
        """How the input names the row with the key."""
        return key if self.names_by_number else encode_id(self.target, key)

    def about(self, key: int, estate: Mapping[str, int]) -> dict[str, Any]:
        """The input about the row with the key; whatever else it names is of the estate."""
        filled = {
            name: estate[self.names[name]] if name in self.names else each
            for name, each in self.input.items()
        }
        named = self.named(key)
        return {**filled, self.named_by: [named] if self.named_by.endswith("s") else named}


def all_changes() -> list[Change]:
    """One for each input of each mutation that names a row of a node type."""
    return [
        Change(name, key, target, _required(kind), dict(_naming(kind)))
        for name, kind in sorted(_inputs(), key=itemgetter(0))
        for key, target in _naming(kind)
    ]


def _inputs() -> Iterator[tuple[str, Any]]:
    for name, field in build_schema()._schema.mutation_type.fields.items():
        yield name, get_named_type(field.args["input"].type)


def _naming(kind: GraphQLInputObjectType) -> Iterator[tuple[str, str]]:
    for key in kind.fields:
        target = _NAMES.get(key) or key.removesuffix("Id")[:1].upper() + key[1:].removesuffix("Id")
        if kind.name == "CreateNetworkSegmentInput" and key == "parentId":
            target = "NetworkSegment"
        if key.endswith(("Id", "Ids")) and target in NODES:
            yield key, target


def _required(kind: GraphQLInputObjectType) -> dict[str, Any]:
    return {
        key: _sample(key, field.type)
        for key, field in kind.fields.items()
        if is_required_input_field(field)
    }


def _sample(key: str, kind: Any) -> Any:
    named = get_named_type(kind)
    if isinstance(get_nullable_type(kind), GraphQLList) and key not in _SAMPLES:
        return [_sample(f"one of {key}", named)]
    if isinstance(named, GraphQLEnumType):
        wanted = _SAMPLES.get(key)
        return wanted if wanted in named.values else next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        return _required(named)
    if key in _SAMPLES:
        return _SAMPLES[key]
    return _TYPES.get(named.name, "1")
