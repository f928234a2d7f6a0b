"""A document of a REST path, read against the schema: what goes in, where to, what comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_non_null_type,
    parse,
    type_from_ast,
    value_from_ast_untyped,
)

from graph.rest.shapes import Shape

DOCUMENTS = Path(__file__).parent / "documents"
_SPREAD = re.compile(r"\.\.\.([A-Z]\w*)")


def source_of(name: str) -> str:
    """The document of that name, with the fragments it spreads; each is a file by its name."""
    text = (DOCUMENTS / f"{name}.graphql").read_text()
    fragments = sorted(set(_SPREAD.findall(text)))
    return "\n".join([text, *((DOCUMENTS / f"{one}.graphql").read_text() for one in fragments)])


@dataclass(frozen=True, slots=True)
class Variable:
    """
    A variable. ``site`` is where its value goes: argument, then input fields.

    ``default`` is ``Undefined`` when the document gives none.
    """

    name: str
    type: GraphQLInputType
    default: Any
    site: tuple[str, ...] = ()
    description: str | None = None

    @property
    def is_required(self) -> bool:
        return is_non_null_type(self.type) and self.default is Undefined


class Operation:
    """The one operation of a document. ``data`` is the shape of what it answers."""

    def __init__(self, name: str, schema: GraphQLSchema) -> None:
        self.source = source_of(name)
        self._schema = schema
        definitions = parse(self.source).definitions
        self._fragments = {
            node.name.value: node
            for node in definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        (node,) = (node for node in definitions if isinstance(node, OperationDefinitionNode))
        assert node.name is not None
        self.name = node.name.value
        self._sites: dict[str, tuple[tuple[str, ...], str | None]] = {}
        root = schema.get_root_type(node.operation)
        assert root is not None
        self.data = Shape(root, parts=self._parts(root, node.selection_set))
        self.variables = {
            found.name: found for found in map(self._variable, node.variable_definitions or ())
        }

    def variable_at(self, path: tuple[str, ...]) -> tuple[Variable, tuple[str, ...]] | None:
        """The variable whose value an input path leads to or into, and the rest of the path."""
        for variable in self.variables.values():
            for site in (variable.site, variable.site[1:]):
                if site and path[: len(site)] == site:
                    return variable, path[len(site) :]
        return next(((v, ()) for v in self.variables.values() if path == v.site[:-1]), None)

    def _variable(self, node: VariableDefinitionNode) -> Variable:
        name = node.variable.name.value
        kind = type_from_ast(self._schema, node.type)
        assert kind is not None
        default = Undefined
        if node.default_value is not None:
            default = value_from_ast_untyped(node.default_value)
        return Variable(name, kind, default, *self._sites[name])  # type: ignore[arg-type]

    def _parts(self, parent: GraphQLObjectType, selected: SelectionSetNode) -> dict[str, Shape]:
        parts: dict[str, Shape] = {}
        for node in selected.selections:
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                parts |= self._parts(parent, fragment.selection_set)
            elif isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                parts[key] = self._part(parent, node)
        return parts

    def _part(self, parent: GraphQLObjectType, node: FieldNode) -> Shape:
        field = parent.fields[node.name.value]
        for argument in node.arguments or ():
            self._note(argument, field.args[argument.name.value], ())
        parts = None
        if node.selection_set:
            parts = self._parts(get_named_type(field.type), node.selection_set)
        return Shape(field.type, field.description, parts)

    def _note(
        self,
        node: ArgumentNode | ObjectFieldNode,
        declared: GraphQLArgument | GraphQLInputField,
        above: tuple[str, ...],
    ) -> None:
        site = (*above, node.name.value)
        if isinstance(node.value, VariableNode):
            self._sites.setdefault(node.value.name.value, (site, declared.description))
        elif isinstance(node.value, ObjectValueNode):
            kind = get_named_type(declared.type)
            assert isinstance(kind, GraphQLInputObjectType)
            for part in node.value.fields:
                self._note(part, kind.fields[part.name.value], site)
