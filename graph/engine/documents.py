"""What of a document decides how its operations can be executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    BREAK,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

_INTROSPECTION = frozenset({"__schema", "__type"})
_CONDITIONS = frozenset({"skip", "include"})
_BEYOND = frozenset({"defer", "stream", "experimental_disableErrorPropagation"})


@dataclass(frozen=True, slots=True)
class Traits:
    """``conditions`` are the variables that ``@skip`` and ``@include`` ask, each once."""

    conditions: tuple[str, ...]
    is_compilable: bool


def traits_of(document: DocumentNode) -> Traits:
    """
    The document's traits.

    Left to graphql-core are introspection, ``@defer`` and ``@stream``, operations without error
    propagation, and fragments with variables of their own.
    """
    reader = _Reader()
    visit(document, reader)
    return Traits(tuple(reader.conditions), reader.is_compilable)


class _Reader(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.conditions: dict[str, None] = {}
        self.is_compilable = True

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return self._left() if node.name.value in _INTROSPECTION else None

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return self._left() if node.variable_definitions else None

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        if node.name.value in _BEYOND:
            return self._left()
        if node.name.value in _CONDITIONS:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.conditions[argument.value.name.value] = None
        return None

    def _left(self) -> Any:
        self.is_compilable = False
        return BREAK
