"""Which subscriptions may share one execution, and what makes two of them the same."""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import (
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

from domain.kernel.access import Actor
from graph.documents import Document
from graph.execution import Request

#: Root fields whose answers depend on nothing but arguments, scope and event.
SHARED_FIELDS = frozenset({"customerEvents", "events"})


@dataclass(frozen=True, slots=True)
class Plan:
    """A document that may be shared; ``after`` is the variable that holds the client's cursor."""

    after: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """
    All that shared bytes are made from, and therefore what tells groups apart.

    ``variables`` is canonical JSON without the cursor. ``scope`` is an actor that is nobody in
    particular: a shared execution runs as it and can know of no member more than this.
    """

    query: str
    operation_name: str | None
    variables: bytes
    after: str | None
    scope: Actor

    @classmethod
    def of(cls, request: Request, plan: Plan, scope: Actor) -> "Work":
        """The work of a request that the plan is for."""
        kept = {name: value for name, value in request.variables.items() if name != plan.after}
        canonical = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
        return cls(request.query, request.operation_name, canonical, plan.after, scope)

    def request(self, cursor: str) -> Request:
        """The request that does the work for all events after the cursor."""
        variables: dict[str, Any] = orjson.loads(self.variables)
        if self.after is not None:
            variables[self.after] = cursor
        return Request(self.query, variables, self.operation_name)


def scope_of(actor: Actor) -> Actor:
    """The actor's authorisation without its person: equal scopes see equal bytes."""
    return replace(actor, subject="shared", expires_at=None)


def plan_of(document: Document) -> Plan | None:
    """How to share a valid document's only operation; None if it is to run by itself."""
    operations = [
        node for node in document.node.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationType.SUBSCRIPTION:
        return None
    [operation] = operations
    selections = operation.selection_set.selections
    field = selections[0]
    if len(selections) != 1 or not isinstance(field, FieldNode):
        return None
    if field.name.value not in SHARED_FIELDS:
        return None
    after = [argument.value for argument in field.arguments or () if argument.name.value == "after"]
    if not after:
        return Plan(None)
    return _plan_with(after[0], document, operation)


def _plan_with(after: Any, document: Document, operation: OperationDefinitionNode) -> Plan | None:
    if not isinstance(after, VariableNode):
        return None
    name = after.name.value
    has_default = any(
        definition.variable.name.value == name and definition.default_value is not None
        for definition in operation.variable_definitions or ()
    )
    # Once in its definition and once as ``after``: nothing else may depend on the cursor.
    if has_default or _mentions(document, name) != 2:
        return None
    return Plan(name)


class _Mentions(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.count = 0

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.count += node.name.value == self.name


def _mentions(document: Document, name: str) -> int:
    visitor = _Mentions(name)
    visit(document.node, visitor)
    return visitor.count
