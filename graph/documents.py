"""Documents: parsed and validated once, kept in a bounded cache, checked for what they may do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph import errors
from graph.engine import Statistics
from graph.limits.refusals import limit_error
from graph.refused import Refused
from graph.value_rule import PlacedValuesRule

__all__ = ["PUBLIC_FIELDS", "Document", "Documents", "Refused"]

MOST_TOKENS = 2000
LARGEST_SOURCE = 32_768
_CACHED = 512
#: What the parser says when it gives up counting.
_MORE_TOKENS = f"more than {MOST_TOKENS} tokens"
_RULES = (
    *(rule for rule in specified_rules if rule is not ValuesOfCorrectTypeRule),
    PlacedValuesRule,
    OneOfInputValidationRule,
)

#: What may be asked before signing in.
PUBLIC_FIELDS = frozenset({"__typename", "signIn", "refreshToken", "signOut", "confirmEmail"})


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document; ``problems`` are what validation found."""

    node: DocumentNode
    problems: tuple[dict[str, Any], ...]
    _found: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """
        The operation to run.

        Raises:
            Refused: none has the name, or there are several and no name was given.
        """
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._operation(name)
        return found

    def _operation(self, name: str | None) -> OperationDefinitionNode:
        operations = [
            node for node in self.node.definitions if isinstance(node, OperationDefinitionNode)
        ]
        if name is not None:
            operations = [node for node in operations if node.name and node.name.value == name]
        if len(operations) == 1:
            return operations[0]
        reason = (
            "operationName is required when a document has several operations"
            if name is None and operations
            else "The document has no such operation"
        )
        raise Refused(errors.request_error(reason, errors.BAD_REQUEST, path=["operationName"]))

    def root_fields(self, operation: OperationDefinitionNode) -> Iterator[str]:
        """Names of the operation's root fields, through fragments; each fragment once."""
        fragments = {
            node.name.value: node
            for node in self.node.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        pending: list[SelectionSetNode] = [operation.selection_set]
        while pending:
            for selection in pending.pop().selections:
                if isinstance(selection, FieldNode):
                    yield selection.name.value
                elif isinstance(selection, InlineFragmentNode):
                    pending.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    fragment = fragments.pop(selection.name.value, None)
                    if fragment is not None:
                        pending.append(fragment.selection_set)


class Documents:
    """The documents of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._parsed = lru_cache(_CACHED)(_parse)
        self._validated = lru_cache(_CACHED)(self._validate)

    def parsed(self, source: str) -> DocumentNode:
        """The syntax tree. Raises ``Refused``."""
        return self._parsed(source)

    def get(self, source: str) -> Document:
        """The document with what validation says of it. Raises ``Refused`` if it does not parse."""
        return self._validated(source)

    def statistics(self) -> Statistics:
        """How the cache of validated documents fares."""
        cache = self._validated.cache_info()
        return Statistics(cache.currsize, cache.hits, cache.misses)

    def _validate(self, source: str) -> Document:
        node = self._parsed(source)
        problems = validate(self._schema, node, _RULES, hide_suggestions=True)
        return Document(node, tuple(errors.validation_error(problem) for problem in problems))


class _NoNul(Visitor):
    def enter_string_value(
        self, node: StringValueNode, _key: Any, parent: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        if "\0" in node.value:
            message = "A string holds a NUL character"
            path = _names_to([*ancestors, parent])
            raise Refused(errors.request_error(message, errors.BAD_USER_INPUT, path=path))


def _names_to(ancestors: list[Any]) -> list[str]:
    """The names that lead to a value: an argument or variable, then input fields."""
    path: list[str] = []
    for node in ancestors:
        if isinstance(node, FieldNode):
            path = []
        elif isinstance(node, VariableDefinitionNode):
            path = [node.variable.name.value]
        elif isinstance(node, (ArgumentNode, ObjectFieldNode)):
            path.append(node.name.value)
    return path


def _parse(source: str) -> DocumentNode:
    size = len(source.encode())
    if size > LARGEST_SOURCE:
        raise Refused(limit_error("bytes", size, LARGEST_SOURCE))
    try:
        node = parse(source, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        if _MORE_TOKENS in error.message:
            raise Refused(limit_error("tokens", MOST_TOKENS + 1, MOST_TOKENS)) from None
        raise Refused(errors.validation_error(error)) from None
    except RecursionError:
        raise Refused(
            errors.request_error("The document is nested too deeply", errors.BAD_REQUEST)
        ) from None
    visit(node, _NoNul())
    return node
