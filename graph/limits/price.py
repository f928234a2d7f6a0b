"""What an operation costs, in points, before it runs: statements once, rows by the page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from domain.kernel.paging import DEFAULT_PAGE, LARGEST_PAGE
from graph.limits.outline import Outline
from graph.limits.shape import MOST
from graph.limits.weights import UNKNOWN_SIZE, Place, Weights

#: The lengths of lists and the rows of pages.
Sizes = tuple[tuple[int] | int | None, ...]


@dataclass(slots=True)
class _Part:
    """
    A selection's price in points: what is paid once, for each row, and for each row of a page.

    ``page`` is to be multiplied by the size that the field above the selection tells.
    """

    once: int = 0
    rows: int | Fraction = 0
    page: int | Fraction = 0

    def add(self, other: "_Part") -> None:
        self.once = min(self.once + other.once, MOST)
        self.rows = min(self.rows + other.rows, MOST)
        self.page = min(self.page + other.page, MOST)


class Pricing:
    """
    The prices of a document's operations with given variables.

    Made for valid documents, and harmless to any: what is unknown costs nothing. Conditions
    (``@skip``, ``@include``) are not looked at: the price is the most that it can cost.
    """

    def __init__(
        self,
        weights: Weights,
        outline: Outline,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
    ) -> None:
        self._weights = weights
        self._operation = operation
        self._variables = _defaults(operation) | variables
        self._nodes: dict[str, FragmentDefinitionNode] = {}
        self._parts: dict[str, _Part] = {}
        self._outline = outline
        #: The variables whose sizes were asked for; after ``total``, all that tell one.
        self.asked: dict[str, None] = {}
        self._root = weights.schema.get_root_type(operation.operation)

    def sizes(self, names: Iterable[str]) -> Sizes:
        """What the variables with these names tell of sizes."""
        return tuple(_told(self._variables.get(name)) for name in names)

    def total(self) -> int:
        """The price in points, at most ``MOST``; each fragment is looked at once."""
        for fragment in self._outline.fragments:
            part = self._part(fragment.selection_set, self._condition(fragment))
            self._parts[fragment.name.value] = part
        part = self._part(self._operation.selection_set, self._root)
        return min(ceil(part.once + part.rows + part.page * UNKNOWN_SIZE), MOST)

    def shares(self) -> Counter[str]:
        """
        How many points each schema coordinate takes; together they are the price.

        Parts of points, which only introspection has, are rounded up for each coordinate.
        Fragments are expanded, so the document must be within its limits.
        """
        self._nodes = {node.name.value: node for node in self._outline.fragments}
        shares: dict[str, int | Fraction] = {}
        pending: list[
            tuple[SelectionSetNode, GraphQLNamedType | None, int | Fraction, int | Fraction]
        ] = [(self._operation.selection_set, self._root, 1, UNKNOWN_SIZE)]
        while pending:
            selections, parent, rows, page = pending.pop()
            for node in selections.selections:
                if not isinstance(node, FieldNode):
                    pending += [(*found, rows, page) for found in self._inside(node, parent)]
                    continue
                place = self._weights.place(parent, node.name.value)
                size = page if place.is_page else self._length(node, place)
                paid = place.once + rows * size * place.each
                shares[place.coordinate] = shares.get(place.coordinate, 0) + paid
                if node.selection_set:
                    inner = self._page(node, place)
                    pending.append((node.selection_set, place.type, rows * size, inner))
        return +Counter({name: ceil(points) for name, points in shares.items()})

    def _part(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> _Part:
        part = _Part()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                self._add_field(part, node, parent)
            elif isinstance(node, InlineFragmentNode):
                part.add(self._part(node.selection_set, self._condition(node, parent)))
            elif isinstance(node, FragmentSpreadNode):
                part.add(self._parts.get(node.name.value, _NOTHING))
        return part

    def _add_field(self, part: _Part, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        place = self._weights.place(parent, node.name.value)
        each, once = place.each, place.once
        if node.selection_set:
            inner = self._part(node.selection_set, place.type)
            each += inner.rows + inner.page * self._page(node, place)
            once += inner.once
        part.once = min(part.once + once, MOST)
        if place.is_page:
            part.page = min(part.page + each, MOST)
        elif each:
            part.rows = min(part.rows + each * self._length(node, place), MOST)

    def _inside(
        self, node: SelectionNode, parent: GraphQLNamedType | None
    ) -> list[tuple[SelectionSetNode, GraphQLNamedType | None]]:
        if isinstance(node, InlineFragmentNode):
            return [(node.selection_set, self._condition(node, parent))]
        if isinstance(node, FragmentSpreadNode) and node.name.value in self._nodes:
            fragment = self._nodes[node.name.value]
            return [(fragment.selection_set, self._condition(fragment))]
        return []

    def _condition(
        self,
        node: InlineFragmentNode | FragmentDefinitionNode,
        parent: GraphQLNamedType | None = None,
    ) -> GraphQLNamedType | None:
        """The type that the fragment's fields are of."""
        if node.type_condition is None:
            return parent
        return self._weights.schema.get_type(node.type_condition.name.value)

    def _length(self, node: FieldNode, place: Place) -> int | Fraction:
        """How many objects the field itself returns for each object that it is read of."""
        if place.mean is not None:
            return place.mean
        if not place.is_list:
            return 1
        if place.length is not None:
            return self._items(_argument(node, place.length))
        if place.size is None:
            return UNKNOWN_SIZE
        return self._size(node, place)

    def _page(self, node: FieldNode, place: Place) -> int:
        """How many rows the field's pages have."""
        return self._size(node, place) if place.size is not None else UNKNOWN_SIZE

    def _size(self, node: FieldNode, place: Place) -> int:
        assert place.size is not None
        given = (_argument(node, name) for name in place.size.slicing_arguments or ())
        sizes = [size for each in given if (size := self._integer(each)) is not None]
        if sizes:
            return max(sizes)
        return place.size.assumed_size or DEFAULT_PAGE

    def _integer(self, value: ValueNode | None) -> int | None:
        """A page's size, at most the largest that is answered; None if it is not given."""
        if isinstance(value, IntValueNode):
            is_absurd = len(value.value) > len(str(MOST))
            return LARGEST_PAGE if is_absurd else _rows(int(value.value))
        return _rows(self._variable(value)) if isinstance(value, VariableNode) else None

    def _items(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            items = self._variable(value)
            return len(items) if isinstance(items, list) else 1
        return len(value.values) if isinstance(value, ListValueNode) else 1

    def _variable(self, node: VariableNode) -> Any:
        self.asked[node.name.value] = None
        return self._variables.get(node.name.value)


_NOTHING = _Part()


def _rows(size: Any) -> int | None:
    # JSON has one kind of number: 100.0 is a page of a hundred too.
    return min(max(int(size), 0), LARGEST_PAGE) if isinstance(size, int | float) else None


def _told(value: Any) -> tuple[int] | int | None:
    """All that a price may hold of a variable's value: a list's length, a page's rows."""
    return (len(value),) if isinstance(value, list) else _rows(value)


def _argument(node: FieldNode, name: str) -> ValueNode | None:
    return next((each.value for each in node.arguments or () if each.name.value == name), None)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        variable.variable.name.value: value_from_ast_untyped(variable.default_value)
        for variable in operation.variable_definitions or ()
        if variable.default_value is not None
    }
