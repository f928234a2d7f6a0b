"""The plan of an operation: which fields each kind of object is asked for, and how they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from graph.engine.resolvers import Resolver

if TYPE_CHECKING:
    from graph.engine.leaves import Leaf


class Field:
    """
    A field of a selection: its place in the response, its type, and how its values are got.

    ``nullables`` tells for each depth of the type whether null may stand there: the field first,
    then the items of its list, then theirs. ``order`` is its place among its siblings.
    """

    __slots__ = (
        "definition",
        "details",
        "fixed_arguments",
        "has_arguments",
        "is_fixed",
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
        #: Whether the arguments are the same at each execution, and what they were found to be.
        self.is_fixed = not _has_variables(self.nodes[0])
        self.fixed_arguments: dict[str, Any] | None = None
        #: By the type of the object; compiled when an object of it is first met.
        self.selections: dict[GraphQLObjectType, Selection] = {}


class Part(NamedTuple):
    """
    An object that is read from its parent, and of which nothing but leaves is read.

    Its response object is made in the loop of its parent's.
    """

    field: Field
    selection: Selection


class Selection:
    """
    What is asked of objects of one type.

    ``build(sources, late, asides, *infos)`` makes the response object of each source, with all
    ``keys`` in order, ``constants`` and the plain ones of ``leaves`` and ``parts`` in place;
    ``informed`` are those fields of the leaves whose resolver takes an info. ``branches`` are the
    fields that remain to be resolved.
    """

    __slots__ = ("branches", "build", "constants", "informed", "keys", "leaves", "parts", "type")

    def __init__(
        self,
        type_: GraphQLObjectType,
        build: Callable[..., list[dict[str, Any]]],
        leaves: Sequence[Leaf],
        branches: Sequence[Field],
        keys: Sequence[str],
        constants: dict[str, str],
        parts: Sequence[Part],
    ) -> None:
        self.type = type_
        self.build = build
        self.leaves = leaves
        self.informed = [leaf.field for leaf in leaves if leaf.resolver.takes_info]
        self.branches = branches
        self.keys = keys
        self.constants = constants
        self.parts = parts

    @property
    def size(self) -> int:
        """How many fields it has."""
        own = len(self.leaves) + len(self.branches) + 1
        return own + sum(part.selection.size for part in self.parts)


class Plan:
    """An operation's own selection, and the number of fields of all that was compiled below it."""

    __slots__ = ("fields", "is_kept", "root")

    def __init__(self, root: Selection) -> None:
        self.root = root
        self.fields = root.size
        self.is_kept = False


def _has_variables(node: FieldNode) -> bool:
    pending: list[Any] = [argument.value for argument in node.arguments or ()]
    while pending:
        value = pending.pop()
        if isinstance(value, VariableNode):
            return True
        if isinstance(value, ListValueNode):
            pending += value.values
        elif isinstance(value, ObjectValueNode):
            pending += [field.value for field in value.fields]
    return False


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
