"""An operation on its way: as it was asked, found good to run, and answered."""

from dataclasses import dataclass, field
from typing import Any

from graphql import OperationDefinitionNode, OperationType

from graph.documents import Document
from graph.limits.gate import Quote


@dataclass(frozen=True, slots=True)
class Request:
    """
    One GraphQL request, whatever transport it came by.

    ``query`` is empty where the document is named by ``document_id`` or in ``extensions``.
    """

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    document_id: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was found good to run: its document, and which of its operations."""

    request: Request
    document: Document
    operation: OperationDefinitionNode
    quote: Quote

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription; a dry run of any is a query about it."""
        return OperationType.QUERY if self.is_dry else self.operation.operation

    @property
    def is_dry(self) -> bool:
        """Whether the client only asks what it would cost."""
        return self.request.extensions.get("dryRun") is True


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A GraphQL response. ``was_executed`` is false when it is a request error without data.

    ``position`` and ``cursor`` are the place in the log of the event that it is for, if any.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    was_executed: bool
    position: int | None = None
    cursor: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The response map: no ``data`` on request errors, no ``errors`` when there are none."""
        body: dict[str, Any] = {"data": self.data} if self.was_executed else {}
        if self.errors:
            body["errors"] = self.errors
        if self.extensions:
            body["extensions"] = self.extensions
        return body
