"""A document's definitions, its fragments in an order in which each can be measured once."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """
    ``fragments`` come after those that they spread, as far as no cycle forbids it.

    A name that several fragments have is the first one's; ``doubles`` are the others, which no
    valid document has.
    """

    operations: tuple[OperationDefinitionNode, ...]
    fragments: tuple[FragmentDefinitionNode, ...]
    doubles: tuple[FragmentDefinitionNode, ...]

    @classmethod
    def of(cls, document: DocumentNode) -> "Outline":
        """The outline of any document that parses, in time linear in its size."""
        operations: list[OperationDefinitionNode] = []
        fragments: dict[str, FragmentDefinitionNode] = {}
        doubles: list[FragmentDefinitionNode] = []
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                operations.append(node)
            elif not isinstance(node, FragmentDefinitionNode):
                continue
            elif fragments.setdefault(node.name.value, node) is not node:
                doubles.append(node)
        return cls(tuple(operations), tuple(_in_order(fragments)), tuple(doubles))


def _in_order(fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FragmentDefinitionNode]:
    # By hand, not by recursion: a chain may have more links than the interpreter has frames.
    entered: set[str] = set()
    for first in fragments:
        pending = [(first, iter((first,)))]
        while pending:
            name, below = pending[-1]
            following = next((each for each in below if each not in entered), None)
            if following is None:
                pending.pop()
                if pending:
                    yield fragments[name]
            elif following in fragments:
                entered.add(following)
                pending.append((following, _spread_in(fragments[following].selection_set)))


def _spread_in(selections: SelectionSetNode) -> Iterator[str]:
    pending = [selections]
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, FragmentSpreadNode):
                yield node.name.value
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                pending.append(node.selection_set)
