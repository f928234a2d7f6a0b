"""Compiles selections: graphql-core collects the fields, this decides how each of them runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import (
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.executor import Executor

from graph.engine.declarations import is_by_class
from graph.engine.leaves import Leaf
from graph.engine.plan import Field, Part, Selection
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
            grouped = self._collected(executor, field, object_type)
            known = self._selection(executor, object_type, grouped)
            field.selections[object_type] = known
        return known

    def _collected(
        self, executor: Executor[Any], field: Field, object_type: GraphQLObjectType
    ) -> GroupedFieldSet:
        collected = collect_subfields(
            self._schema,
            executor.fragments,
            executor.variable_values,
            executor.operation,
            object_type,
            field.details,
            executor.hide_suggestions,
        )
        return collected.grouped_field_set

    def _selection(
        self,
        executor: Executor[Any],
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
        *,
        inlines: bool = True,
    ) -> Selection:
        constants = {
            key: type_.name
            for key, details in grouped.items()
            if details[0].node.name.value == _TYPENAME
        }
        leaves: list[Leaf] = []
        parts: list[Part] = []
        branches: list[Field] = []
        for field in self._fields(executor, type_, grouped):
            if inlines and _is_inlined(field):
                leaves.append(Leaf(field))
            elif inlines and (made := self._part(executor, field)) is not None:
                parts.append(made)
            else:
                branches.append(field)
        fields = [leaf.field for leaf in leaves] + [part.field for part in parts] + branches
        shown = {*constants, *(field.key for field in fields)}
        keys = [key for key in grouped if key in shown]
        build = compiled(keys, constants, leaves, parts)
        return Selection(type_, build, leaves, branches, keys, constants, parts)

    def _fields(
        self, executor: Executor[Any], type_: GraphQLObjectType, grouped: GroupedFieldSet
    ) -> Iterator[Field]:
        """Those that the type has, but for its name."""
        for order, (key, details) in enumerate(grouped.items()):
            name = details[0].node.name.value
            definition = None if name == _TYPENAME else self._schema.get_field(type_, name)
            if definition is not None:
                resolver = self._resolver(executor, type_, name)
                yield Field(key, order, details, definition, type_, resolver)

    def _part(self, executor: Executor[Any], field: Field) -> Part | None:
        """The field as a part of its parent's loop, if that can be."""
        type_ = field.named_type
        if not isinstance(type_, GraphQLObjectType) or not _is_read(field):
            return None
        if type_.is_type_of is not None and not is_by_class(type_.is_type_of):
            return None
        try:
            grouped = self._collected(executor, field, type_)
        except GraphQLError:
            # Told where the first object of it is met.
            return None
        fields = self._fields(executor, type_, grouped)
        if not all(each.leaf is not None and _is_read(each) for each in fields):
            return None
        return Part(field, self.selection(executor, field, type_))

    def _resolver(self, executor: Executor[Any], type_: GraphQLObjectType, name: str) -> Resolver:
        place = type_.name, name
        known = self._resolvers.get(place)
        if known is None:
            definition = type_.fields[name]
            known = self._resolvers[place] = resolver_of(definition, executor.field_resolver)
        return known


def _is_inlined(field: Field) -> bool:
    if _is_read(field):
        return field.leaf is not None
    is_called = field.resolver.call is not None and not field.has_arguments
    return is_called and field.leaf is not None and not field.is_list


def _is_read(field: Field) -> bool:
    is_attribute = field.resolver.reads is not None and not field.has_arguments
    return is_attribute and not field.is_list
