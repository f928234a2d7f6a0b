"""Compiles selections: graphql-core collects the fields, this decides how each of them runs."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import (
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.executor import Executor

from graph.engine.leaves import Leaf
from graph.engine.plan import Field, Selection
from graph.engine.resolvers import Resolver, resolver_of
from graph.engine.rows import compiled

_TYPENAME = "__typename"


class Compiler:
    """Compiles for one schema; what is known of its fields is kept."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._resolvers: dict[tuple[str, str], Resolver] = {}

    def root(
        self, executor: Executor[Any], root_type: GraphQLObjectType, *, serial: bool
    ) -> Selection:
        """The operation's own selection; of a serial one nothing runs before its turn."""
        collected = collect_fields(
            self._schema,
            executor.fragments,
            executor.variable_values,
            root_type,
            executor.operation,
            executor.hide_suggestions,
        )
        return self._selection(executor, root_type, collected.grouped_field_set, inlines=not serial)

    def selection(
        self, executor: Executor[Any], field: Field, object_type: GraphQLObjectType
    ) -> Selection:
        """What the field asks of objects of this type."""
        known = field.selections.get(object_type)
        if known is None:
            collected = collect_subfields(
                self._schema,
                executor.fragments,
                executor.variable_values,
                executor.operation,
                object_type,
                field.details,
                executor.hide_suggestions,
            )
            known = self._selection(executor, object_type, collected.grouped_field_set)
            field.selections[object_type] = known
        return known

    def _selection(
        self,
        executor: Executor[Any],
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
        *,
        inlines: bool = True,
    ) -> Selection:
        constants: dict[str, str] = {}
        inlined: list[Field] = []
        branches: list[Field] = []
        for order, (key, details) in enumerate(grouped.items()):
            name = details[0].node.name.value
            if name == _TYPENAME:
                constants[key] = type_.name
                continue
            definition = self._schema.get_field(type_, name)
            if definition is None:
                continue
            resolver = self._resolver(executor, type_, name)
            field = Field(key, order, details, definition, type_, resolver)
            (inlined if inlines and _is_inlined(field) else branches).append(field)
        shown = {*constants, *(field.key for field in (*inlined, *branches))}
        leaves = [Leaf(field) for field in inlined]
        build = compiled([key for key in grouped if key in shown], constants, leaves)
        return Selection(type_, build, leaves, branches)

    def _resolver(self, executor: Executor[Any], type_: GraphQLObjectType, name: str) -> Resolver:
        place = type_.name, name
        known = self._resolvers.get(place)
        if known is None:
            definition = type_.fields[name]
            known = self._resolvers[place] = resolver_of(definition, executor.field_resolver)
        return known


def _is_inlined(field: Field) -> bool:
    return (
        field.leaf is not None
        and not field.is_list
        and (field.resolver.reads or field.resolver.call) is not None
        and not field.has_arguments
    )
