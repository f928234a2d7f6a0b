"""What one operation may ask for: fields after expansion, rows of its pages, changes, sign-ins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from domain.kernel.paging import DEFAULT_PAGE, LARGEST_PAGE
from graph import errors
from graph.documents import Document, Refused

MOST_FIELDS = 2_000
MOST_ROWS = 50_000
MOST_CHANGES = 10
#: Root fields that cost a password hash: one an operation.
_HASHING = frozenset({"signIn", "authenticateCustomer"})
_CEILING = 10**9


@dataclass(frozen=True, slots=True)
class Size:
    """Fields and rows of a selection, fragments expanded."""

    fields: int = 0
    rows: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            min(self.fields + other.fields, _CEILING), min(self.rows + other.rows, _CEILING)
        )


class _Walk:
    """One walk over a valid document; each fragment is measured once, however often spread."""

    def __init__(self, document: Document, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.node.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Size] = {}

    def selection_set(self, selections: SelectionSetNode | None) -> Size:
        return self._sum(selections.selections if selections else ())

    def _sum(self, selections: Iterable[SelectionNode]) -> Size:
        total = Size()
        for selection in selections:
            total += self._selection(selection)
        return total

    def _selection(self, selection: SelectionNode) -> Size:
        if isinstance(selection, FieldNode):
            return self._field(selection)
        if isinstance(selection, InlineFragmentNode):
            return self.selection_set(selection.selection_set)
        assert isinstance(selection, FragmentSpreadNode)
        name = selection.name.value
        if name not in self._measured:
            self._measured[name] = self.selection_set(self._fragments[name].selection_set)
        return self._measured[name]

    def _field(self, field: FieldNode) -> Size:
        inner = self.selection_set(field.selection_set)
        page = self._page_size(field)
        rows = inner.rows if page is None else page * (1 + inner.rows)
        return Size(min(1 + inner.fields, _CEILING), min(rows, _CEILING))

    def _page_size(self, field: FieldNode) -> int | None:
        """How many rows a connection may have; None for any other field."""
        given = [
            argument.value for argument in field.arguments or () if argument.name.value in _SIZES
        ]
        if given:
            return max(self._integer(value) for value in given)
        selected = field.selection_set.selections if field.selection_set else ()
        names = {item.name.value for item in selected if isinstance(item, FieldNode)}
        return DEFAULT_PAGE if names & _ROWS else None

    def _integer(self, value: Any) -> int:
        size: Any = LARGEST_PAGE
        if isinstance(value, IntValueNode):
            size = int(value.value)
        elif isinstance(value, VariableNode):
            size = self._variables.get(value.name.value, DEFAULT_PAGE)
        return min(max(size, 0), LARGEST_PAGE) if isinstance(size, int) else 0


_SIZES = frozenset({"first", "last"})
_ROWS = frozenset({"nodes", "edges"})


def check(
    document: Document, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> None:
    """
    Refuse an operation that would keep the process busy for long.

    Raises:
        Refused: with code LIMIT_EXCEEDED, saying which limit.
    """
    size = _Walk(document, variables).selection_set(operation.selection_set)
    if size.fields > MOST_FIELDS:
        raise _too_much(f"The operation has more than {MOST_FIELDS} fields, fragments expanded")
    if size.rows > MOST_ROWS:
        raise _too_much(f"The operation's pages may have more than {MOST_ROWS} rows in all")
    if operation.operation is not OperationType.MUTATION:
        return
    names = list(document.root_fields(operation))
    if len(names) > MOST_CHANGES:
        raise _too_much(f"A mutation has at most {MOST_CHANGES} root fields")
    if sum(name in _HASHING for name in names) > 1:
        raise _too_much("An operation checks at most one password")


def _too_much(message: str) -> Refused:
    return Refused(errors.request_error(message, errors.LIMIT_EXCEEDED))
