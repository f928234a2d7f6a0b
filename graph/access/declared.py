"""The need of each type and root field of a schema; one without is an error."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.kernel.needs import Need
from graph.access import table
from graph.connections import Connection, Edge
from graph.payloads import Payload, UserError
from graph.rows import RowType


class UndeclaredAccess(Exception):
    """Types and fields of which nothing says who may read them."""

    def __init__(self, coordinates: list[str]) -> None:
        self.coordinates = coordinates
        super().__init__(
            f"Who may read or do {', '.join(coordinates)}? Say it in READS of the module's "
            "policy.py (types of records) or in graph/access/table.py (mutations, other fields)"
        )


class Declared:
    """
    What a schema's types and fields need beyond what leads to them; None where that is nothing.

    ``types`` are by name, ``roots`` by coordinate: every field of Query, Mutation, Subscription.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._roots = {
            kind.name: kind
            for kind in (schema.query_type, schema.mutation_type, schema.subscription_type)
            if kind is not None
        }
        self._missing: list[str] = []
        self.types: dict[str, Need | None] = {
            kind.name: self._of_type(kind) for kind in self._objects()
        }
        self.roots: dict[str, Need | None] = {
            f"{kind.name}.{name}": self._of_root(kind.name, name, field)
            for kind in self._roots.values()
            for name, field in kind.fields.items()
        }
        self._missing += sorted(set(table.FIELDS) - set(self._coordinates()))
        if self._missing:
            raise UndeclaredAccess(self._missing)

    def of_answer(self, field: GraphQLField) -> Need | None:
        """What the type that the field answers needs."""
        name = get_named_type(field.type).name
        return self.types.get(name) or table.INTERFACES.get(name)

    def _objects(self) -> Iterator[GraphQLObjectType]:
        for kind in self._schema.type_map.values():
            if not isinstance(kind, GraphQLObjectType) or kind.name in self._roots:
                continue
            if not kind.name.startswith("__"):
                yield kind

    def _coordinates(self) -> Iterator[str]:
        for kind in self._objects():
            yield from (f"{kind.name}.{name}" for name in kind.fields)

    def _of_type(self, kind: GraphQLObjectType) -> Need | None:
        definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        generic = getattr(definition.concrete_of, "origin", None)
        if generic in (Connection, Edge):
            return self._of_node(kind)
        if issubclass(definition.origin, (Payload, UserError)) or kind.name in table.PARTS:
            return None
        need = self._of_row(definition.origin) or _of_interface(kind)
        if need is None:
            self._missing.append(kind.name)
        return need

    def _of_node(self, kind: GraphQLObjectType) -> Need | None:
        field = kind.fields["nodes"] if "nodes" in kind.fields else kind.fields["node"]
        node = get_named_type(field.type)
        if isinstance(node, GraphQLInterfaceType):
            return table.INTERFACES.get(node.name)
        assert isinstance(node, GraphQLObjectType)
        return self._of_type(node)

    def _of_row(self, origin: type[Any]) -> Need | None:
        return table.READS.get(origin.row) if issubclass(origin, RowType) else None

    def _of_root(self, root: str, name: str, field: GraphQLField) -> Need | None:
        if root == "Mutation":
            if name in table.PUBLIC_MUTATIONS:
                return None
            need = table.MUTATIONS.get(name)
        else:
            need = table.QUERIES.get(name) if root == "Query" else None
            need = need or self.of_answer(field)
        if need is None:
            self._missing.append(f"{root}.{name}")
        return need


def _of_interface(kind: GraphQLObjectType) -> Need | None:
    needs = (table.INTERFACES.get(interface.name) for interface in kind.interfaces)
    return next((need for need in needs if need is not None), None)
