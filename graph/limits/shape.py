"""How large a document is in every direction, measured in one walk before it is validated."""

from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from graph.limits.outline import Outline

#: No number grows beyond this, however often fragments double.
MOST = 10**9
#: Root fields that cost a password hash.
HASHING = frozenset({"signIn", "authenticateCustomer", "changePassword"})
_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Shape:
    """
    A selection with its fragments expanded; each number is at most ``MOST``.

    ``depth`` is in levels of fields, with ``introspection_depth`` the levels from ``__schema`` or
    ``__type`` on, which count as one level there. ``root_fields`` are those of the first level,
    ``passwords`` those among them that check one, ``fragments`` the spreads of named fragments.
    """

    depth: int = 0
    introspection_depth: int = 0
    root_fields: int = 0
    passwords: int = 0
    fields: int = 0
    aliases: int = 0
    fragments: int = 0

    def add(self, other: "Shape") -> None:
        """Put the other selection beside this one."""
        self.depth = max(self.depth, other.depth)
        self.root_fields = min(self.root_fields + other.root_fields, MOST)
        self.passwords = min(self.passwords + other.passwords, MOST)
        self.add_below(other)

    def add_below(self, other: "Shape") -> None:
        """Count what is the same on every level."""
        self.introspection_depth = max(self.introspection_depth, other.introspection_depth)
        self.fields = min(self.fields + other.fields, MOST)
        self.aliases = min(self.aliases + other.aliases, MOST)
        self.fragments = min(self.fragments + other.fragments, MOST)


@dataclass(slots=True)
class Measured:
    """
    A document's shapes: of each operation, with its kind, and of each fragment by itself.

    ``variables`` are those of the operation that has most, ``steps`` the selections looked at.
    """

    operations: list[tuple[OperationType, Shape]] = field(default_factory=list)
    fragments: list[Shape] = field(default_factory=list)
    directives: int = 0
    variables: int = 0
    steps: int = 0


def measure(outline: Outline) -> Measured:
    """
    The shapes of any document that parses, valid or not.

    Each fragment is looked at once, however often it is spread; one that is unknown, or spread
    within itself, counts as empty where that is found.
    """
    walk = _Walk()
    for fragment in (*outline.fragments, *outline.doubles):
        walk.fragment(fragment)
    for operation in outline.operations:
        walk.operation(operation)
    return walk.measured


class _Walk:
    def __init__(self) -> None:
        self.measured = Measured()
        self._fragments: dict[str, Shape] = {}

    def fragment(self, node: FragmentDefinitionNode) -> None:
        shape = self._selected(node.selection_set)
        self.measured.directives += len(node.directives or ())
        self.measured.fragments.append(shape)
        self._fragments.setdefault(node.name.value, shape)

    def operation(self, node: OperationDefinitionNode) -> None:
        shape = self._selected(node.selection_set)
        self.measured.operations.append((node.operation, shape))
        variables = node.variable_definitions or ()
        self.measured.variables = max(self.measured.variables, len(variables))
        on_variables = sum(len(variable.directives or ()) for variable in variables)
        self.measured.directives += len(node.directives or ()) + on_variables

    def _selected(self, selections: SelectionSetNode | None) -> Shape:
        shape = Shape()
        for node in selections.selections if selections else ():
            self.measured.steps += 1
            self.measured.directives += len(node.directives or ())
            self._add(shape, node)
        return shape

    def _add(self, shape: Shape, node: SelectionNode) -> None:
        if isinstance(node, FieldNode):
            self._add_field(shape, node)
        elif isinstance(node, InlineFragmentNode):
            shape.add(self._selected(node.selection_set))
        elif isinstance(node, FragmentSpreadNode):
            shape.add(self._fragments.get(node.name.value, _EMPTY))
            shape.fragments = min(shape.fragments + 1, MOST)

    def _add_field(self, shape: Shape, node: FieldNode) -> None:
        name = node.name.value
        depth = 1
        if node.selection_set:
            inner = self._selected(node.selection_set)
            shape.add_below(inner)
            if name in _INTROSPECTION:
                shape.introspection_depth = max(shape.introspection_depth, 1 + inner.depth)
            else:
                depth += inner.depth
        shape.depth = max(shape.depth, depth)
        shape.root_fields = min(shape.root_fields + 1, MOST)
        shape.fields = min(shape.fields + 1, MOST)
        shape.aliases = min(shape.aliases + (node.alias is not None), MOST)
        shape.passwords += name in HASHING


_EMPTY = Shape()
