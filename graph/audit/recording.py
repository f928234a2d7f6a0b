"""What an operation tells the audit log: where it came from, and whose data it read."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from graphql import ArgumentNode, IntValueNode, ObjectFieldNode, VariableNode, Visitor, visit

from domain.kernel.access import Role
from domain.kernel.audit import AuditAction, AuditKind, Origin, new_entry, originating
from domain.kernel.audit_reads import watching

if TYPE_CHECKING:
    from graph.context import Context
    from graph.execution import Prepared

_LONGEST_NAME = 100
_LARGEST_ID = 2**31 - 1
_CUSTOMER = "customerId"


def recorded(prepared: Prepared, context: Context, event: Any) -> AbstractAsyncContextManager[None]:
    """
    Inside, a query or mutation runs; at its end the audit log gets what it read.

    One event of a subscription is not an operation: its beginning was told by ``record_start``.
    """
    return nullcontext() if event is not None else _Recording(prepared, context)


class _Recording(AbstractAsyncContextManager[None]):
    def __init__(self, prepared: Prepared, context: Context) -> None:
        self._context = context
        self._originating = originating(_origin(prepared, context))
        self._watching = watching(context.actor)

    async def __aenter__(self) -> None:
        self._originating.__enter__()
        self._watching.__enter__()

    async def __aexit__(self, *failure: Any) -> None:
        try:
            if entries := self._watching.told.entries(self._context.actor):
                await self._context.services.audit.put(entries)
        finally:
            self._watching.__exit__(None, None, None)
            self._originating.__exit__(None, None, None)


def record_start(prepared: Prepared, context: Context) -> None:
    """Tell the audit log that a subscription begins, and which customers it names."""
    if context.actor.role is Role.CUSTOMER:
        return
    with originating(_origin(prepared, context)):
        entry = new_entry(
            context.actor,
            AuditKind.READ,
            AuditAction.SUBSCRIBE,
            entity_type="Event",
            customer_ids=sorted(_named_customers(prepared)),
        )
    context.services.audit.add([entry])


def _origin(prepared: Prepared, context: Context) -> Origin:
    """The operation by its name, or by its root fields if it has none."""
    name = prepared.operation.name
    if name is not None:
        return Origin(name.value[:_LONGEST_NAME], context.client)
    fields = " ".join(prepared.document.root_fields(prepared.operation))
    return Origin(fields[:_LONGEST_NAME], context.client)


def _named_customers(prepared: Prepared) -> set[int]:
    """Values of inputs named ``customerId``, in the document and in the variables."""
    visitor = _Named(prepared.request.variables)
    visit(prepared.document.node, visitor)
    named = visitor.found | set(_in_variables(prepared.request.variables))
    return {each for each in named if 0 < each <= _LARGEST_ID}


class _Named(Visitor):
    def __init__(self, variables: dict[str, Any]) -> None:
        super().__init__()
        self.found: set[int] = set()
        self._variables = variables

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self._take(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self._take(node)

    def _take(self, node: ArgumentNode | ObjectFieldNode) -> None:
        if node.name.value != _CUSTOMER:
            return
        if isinstance(node.value, IntValueNode):
            self.found.add(int(node.value.value))
        elif isinstance(node.value, VariableNode):
            given = self._variables.get(node.value.name.value)
            self.found.update(_in_variables(given, _CUSTOMER))


def _in_variables(value: Any, name: str = "") -> list[int]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _in_variables(each, key)]
    return [value] if name == _CUSTOMER and isinstance(value, int) else []
