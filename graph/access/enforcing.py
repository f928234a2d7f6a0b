"""Declared needs at work: fields refuse, objects do not show themselves, and the SDL says so."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLIsTypeOfFn,
    GraphQLObjectType,
    GraphQLSchema,
    default_field_resolver,
)
from strawberry.federation import Schema
from strawberry.federation.schema_directives import Authenticated, Link, RequiresScopes
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.kernel.needs import Need
from graph.access import table
from graph.access.declared import Declared
from graph.engine.declarations import by_class, guarded, is_by_class

_FEDERATION = "https://specs.apollo.dev/federation/"


def declare_access(schema: Schema) -> None:
    """
    Enforce what each type and field needs, and print it as ``@requiresScopes``.

    Objects are checked when they are about to be shown, whichever field, list or interface led
    to them and whether or not its resolver thought of it; root fields, connections and fields
    with a need of their own are refused before their resolver runs.

    Raises:
        UndeclaredAccess: a type or root field has no rule.
    """
    core = schema._schema
    declared = Declared(core)
    for coordinate, need in _guarded_fields(core, declared).items():
        _guard_field(core, coordinate, need)
    for name, kind in _objects(core):
        type_need = declared.types.get(name)
        if type_need is not None and kind.is_type_of is not None:
            kind.is_type_of = _guarded_type(kind.is_type_of, type_need)
    _print(schema, declared)


def _guarded_fields(schema: GraphQLSchema, declared: Declared) -> dict[str, Need]:
    """Coordinate → what the field needs before it is resolved."""
    needs = {f"Query.{name}": need for name, need in table.QUERIES.items()}
    needs |= {
        coordinate: need
        for coordinate, need in declared.roots.items()
        if need is not None and not coordinate.startswith("Query.")
    }
    for name, kind in _objects(schema):
        for field_name, field in kind.fields.items():
            answered = declared.of_answer(field)
            # A connection has no record of its own whose showing would be refused.
            if answered is not None and _is_connection(field):
                needs[f"{name}.{field_name}"] = answered
    return {**needs, **table.FIELDS}


def _objects(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLObjectType]]:
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            yield name, kind


def _is_connection(field: GraphQLField) -> bool:
    return str(field.type).rstrip("!").endswith("Connection")


def _field_at(schema: GraphQLSchema, coordinate: str) -> GraphQLField:
    type_name, field_name = coordinate.split(".")
    kind = schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    field: GraphQLField = kind.fields[field_name]
    return field


def _guard_field(schema: GraphQLSchema, coordinate: str, need: Need) -> None:
    field = _field_at(schema, coordinate)
    if coordinate.startswith("Subscription."):
        assert field.subscribe is not None
        field.subscribe = _guarded(field.subscribe, need)
    else:
        field.resolve = _guarded(field.resolve or default_field_resolver, need)


def _guarded(resolve: Callable[..., Any], need: Need) -> Callable[..., Any]:
    return guarded(resolve, lambda info: need.check(info.context.actor))


def _guarded_type(is_type_of: GraphQLIsTypeOfFn, need: Need) -> GraphQLIsTypeOfFn:
    def is_of_this_type(value: Any, info: Any) -> Any:
        if not is_type_of(value, info):
            return False
        need.check(info.context.actor)
        return True

    return by_class(is_of_this_type) if is_by_class(is_type_of) else is_of_this_type


def _print(schema: Schema, declared: Declared) -> None:
    for name, need in declared.types.items():
        if need is not None:
            _direct(schema._schema.type_map[name], need)
    # Not ``_entities`` and ``_service``: they are the gateway's, and in no supergraph.
    explicit = {f"Query.{n}": need for n, need in table.QUERIES.items() if n[0] != "_"}
    explicit |= {f"Mutation.{name}": need for name, need in table.MUTATIONS.items()}
    for coordinate, need in {**explicit, **table.FIELDS}.items():
        _direct(_field_at(schema._schema, coordinate), need)
    for link in schema.schema_directives:
        if isinstance(link, Link) and (link.url or "").startswith(_FEDERATION):
            names = {*(link.import_ or ()), "@authenticated", "@requiresScopes"}
            link.import_ = sorted(names)


def _direct(item: Any, need: Need) -> None:
    definition = item.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition is None:
        return
    if need.any_of:
        directive: object = RequiresScopes(scopes=[[one.value] for one in need.any_of])
    else:
        directive = Authenticated()
    others = [
        each
        for each in definition.directives or ()
        if not isinstance(each, (Authenticated, RequiresScopes))
    ]
    definition.directives = [*others, directive]
