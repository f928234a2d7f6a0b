"""One REST path and method, compiled: what its variables are, what its answers become."""

import re
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLSchema

from domain.kernel.errors import ErrorCode
from graph import errors
from graph.execution import Answer
from graph.rest import problems
from graph.rest.endpoints import Endpoint
from graph.rest.inputs import Origin, Place
from graph.rest.operations import Operation, Variable
from graph.rest.problems import Problem
from graph.rest.shapes import Shape, snake

IDEMPOTENCY_HEADER = "Idempotency-Key"
KEY_VARIABLE = "idempotencyKey"
_BRACES = re.compile(r"{(\w+)}")

logger = structlog.get_logger(__name__)


class Exchange:
    """
    An endpoint with its operation on one schema.

    ``path`` and ``inputs`` (of the query or the body: ``origin``) go from names on the wire.
    """

    def __init__(self, endpoint: Endpoint, schema: GraphQLSchema) -> None:
        self.endpoint = endpoint
        self.operation = Operation(endpoint.document, schema)
        named = {snake(name): variable for name, variable in self.operation.variables.items()}
        self.takes_key = named.pop(snake(KEY_VARIABLE), None) is not None
        self.path: dict[str, Variable] = {
            name: named.pop(name) for name in _BRACES.findall(endpoint.path)
        }
        self.inputs: dict[str, Variable] = named
        self.origin = Origin.QUERY if endpoint.method == "GET" else Origin.BODY

    @property
    def shape(self) -> Shape:
        """The shape of the response's body."""
        shape = self.operation.data
        for name in self.endpoint.answer:
            assert shape.parts is not None
            shape = shape.parts[name]
        return shape

    def requires(self, variable: Variable) -> bool:
        """Whether a request without the input is refused."""
        return variable.is_required and variable.name not in self.endpoint.defaults

    def body(self, answer: Answer) -> Any:
        """
        The response's body; None for what was done and may not be read.

        Raises:
            Problem: the answer has errors or user errors, or there is nothing to answer with.
        """
        for error in answer.errors:
            if not self._only_hides(error):
                raise self._failed(error)
        value: Any = answer.data
        for name in self.endpoint.answer:
            for refusal in value.get("userErrors") or ():
                raise self._refused(refusal["code"], refusal["message"], refusal["path"] or ())
            value = value[name]
            if value is None:
                break
        if value is None and self.origin is Origin.QUERY:
            raise problems.nothing_there()
        return self.shape.renamed(value)

    def _only_hides(self, error: dict[str, Any]) -> bool:
        """Whether it is about one value among those shown, which is null for whoever asks."""
        if error["extensions"]["code"] != ErrorCode.ACCESS_DENIED:
            return False
        shape: Shape | None = self.operation.data
        for name in error.get("path", ()):
            if isinstance(name, str):
                shape = shape and (shape.parts or {}).get(name)
        return shape is not None and shape.parts is None

    def _failed(self, error: dict[str, Any]) -> Problem:
        about = error["extensions"]
        if about["code"] == errors.RATE_LIMITED:
            return problems.rate_limited(error["message"], about["retryAfterSeconds"])
        if problems.status_of(about["code"]) != problems.DEFECT:
            return self._refused(about["code"], error["message"], about.get("argumentPath", ()))
        if about["code"] != errors.INTERNAL:
            logger.error("document refused", document=self.endpoint.document, error=error)
        return problems.defect(about.get("requestId"))

    def _refused(self, code: str, message: str, path: Sequence[str]) -> Problem:
        path = tuple(path[1:] if path[:1] == ["input"] else path)
        place = self._place(path)
        status = problems.status_of(code)
        if code == ErrorCode.NOT_FOUND:
            if place is None:
                return problems.nothing_there()
            # What the address names is there; what the input refers to is not.
            status = problems.status_of(ErrorCode.INVALID)
        if place is None:
            return Problem(code, message, status=status)
        detail = (
            f"{place}{message.removeprefix('.'.join(path))}" if _names(message, path) else message
        )
        return Problem(code, detail, status=status, faults=[place.fault(detail, code)])

    def _place(self, path: tuple[str, ...]) -> Place | None:
        """Where in the request the input stands; None for the path and for what is no input."""
        found = self.operation.variable_at(path)
        if found is None or found[0] in self.path.values():
            return None
        variable, rest = found
        if variable.name == KEY_VARIABLE:
            return Place(Origin.HEADER, (IDEMPOTENCY_HEADER,))
        return Place(self.origin, tuple(map(snake, (variable.name, *rest))))


def _names(message: str, path: tuple[str, ...]) -> bool:
    return message.startswith(f"{'.'.join(path)} ")
