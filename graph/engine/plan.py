"""The plan of an operation: which fields each kind of object is asked for, and how they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from graph.engine.resolvers import Resolver


class Field:
    """
    A field of a selection: its place in the response, its type, and how its values are got.

    ``nullables`` tells for each depth of the type whether null may stand there: the field first,
    then the items of its list, then theirs. ``order`` is its place among its siblings.
    """

    __slots__ = (
        "definition",
        "details",
        "has_arguments",
        "is_list",
        "key",
        "leaf",
        "name",
        "named_type",
        "nodes",
        "nullables",
        "order",
        "parent_type",
        "resolver",
        "selections",
    )

    def __init__(
        self,
        key: str,
        order: int,
        details: FieldDetailsList,
        definition: GraphQLField,
        parent_type: GraphQLObjectType,
        resolver: Resolver,
    ) -> None:
        self.key = key
        self.order = order
        self.details = details
        self.nodes: list[FieldNode] = [detail.node for detail in details]
        self.name = self.nodes[0].name.value
        self.definition = definition
        self.parent_type = parent_type
        self.resolver = resolver
        self.nullables, self.named_type = _unwrapped(definition.type)
        self.leaf: GraphQLLeafType | None = (
            self.named_type if is_leaf_type(self.named_type) else None
        )
        self.is_list = len(self.nullables) > 1
        self.has_arguments = bool(definition.args or self.nodes[0].arguments)
        #: By the type of the object; compiled when an object of it is first met.
        self.selections: dict[GraphQLObjectType, Selection] = {}


class Selection:
    """
    What is asked of objects of one type.

    ``build(sources, late, *infos)`` makes the response object of each source, with all keys in
    order and the plain leaves in place; ``inlined`` are those, ``informed`` the ones of them whose
    resolver takes an info. ``branches`` are the fields that remain to be resolved.
    """

    __slots__ = ("branches", "build", "informed", "inlined", "type")

    def __init__(
        self,
        type_: GraphQLObjectType,
        build: Callable[..., list[dict[str, Any]]],
        inlined: Sequence[Field],
        branches: Sequence[Field],
    ) -> None:
        self.type = type_
        self.build = build
        self.inlined = inlined
        self.informed = [field for field in inlined if field.resolver.takes_info]
        self.branches = branches


def _unwrapped(type_: GraphQLOutputType) -> tuple[tuple[bool, ...], GraphQLNamedType]:
    nullables: list[bool] = []
    unwrapped: Any = type_
    while True:
        is_nullable = not is_non_null_type(unwrapped)
        nullables.append(is_nullable)
        if not is_nullable:
            unwrapped = unwrapped.of_type
        if not is_list_type(unwrapped):
            return tuple(nullables), unwrapped
        unwrapped = unwrapped.of_type
