"""Errors as clients see them: a code and a path; whatever is not expected is masked and logged."""

from collections.abc import Iterable
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from domain.kernel.database import is_contention
from domain.kernel.errors import AccessDenied, DomainError, Unauthenticated
from domain.kernel.logging import current_trace_id

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_REQUEST = "BAD_REQUEST"
BAD_USER_INPUT = "BAD_USER_INPUT"
TIMEOUT = "TIMEOUT"
BUSY = "BUSY"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
INTERNAL = "INTERNAL_SERVER_ERROR"
_MOST_ERRORS = 100

logger = structlog.get_logger(__name__)


def request_error(message: str, code: str, *, path: Iterable[str | int] = ()) -> dict[str, Any]:
    """An error of a request that is not executed; ``path`` names the input at fault."""
    extensions: dict[str, Any] = {"code": code}
    if path:
        extensions["argumentPath"] = list(path)
    return {"message": message, "extensions": extensions}


def internal_error() -> dict[str, Any]:
    """A defect as clients see it: nothing but the reference under which it is logged."""
    extensions = {"code": INTERNAL, "requestId": current_trace_id()}
    return {"message": "Internal error", "extensions": extensions}


def domain_error(error: DomainError) -> dict[str, Any]:
    """An expected failure that is not tied to a field."""
    return request_error(error.message, error.code, path=error.path)


def validation_error(error: GraphQLError) -> dict[str, Any]:
    """A document that does not parse or does not fit the schema."""
    code = PARSE_FAILED if isinstance(error, GraphQLSyntaxError) else VALIDATION_FAILED
    return _formatted(error, error.message, code)


def execution_errors(errors: Iterable[GraphQLError], operation: str | None) -> list[dict[str, Any]]:
    """The errors of an execution: known failures with their codes, the rest masked."""
    return [_execution_error(error, operation) for error in list(errors)[:_MOST_ERRORS]]


def _execution_error(error: GraphQLError, operation: str | None) -> dict[str, Any]:
    cause = _cause(error)
    if isinstance(cause, DomainError):
        path = {"argumentPath": list(cause.path)} if cause.path else {}
        if isinstance(cause, (AccessDenied, Unauthenticated)):
            logger.info("refused", code=cause.code, path=error.path, operation=operation)
        return _formatted(error, cause.message, cause.code, **path)
    if isinstance(cause, GraphQLError) and (error.path is None or cause.nodes):
        # graphql-core's own words about what the client sent: variables and arguments.
        return _formatted(error, error.message, BAD_USER_INPUT)
    if is_contention(cause):
        logger.warning("database busy", path=error.path, operation=operation)
        return _formatted(error, "Others are changing the same rows; try again", BUSY)
    logger.error("resolver failed", path=error.path, operation=operation, exc_info=cause)
    return {**_formatted(error, "", INTERNAL), **internal_error()}


def _cause(error: GraphQLError) -> Exception:
    """The innermost error; a scalar that cannot show its value raises one without nodes."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _formatted(error: GraphQLError, message: str, code: str, **extra: Any) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    formatted["extensions"] = {"code": code, **extra}
    return formatted
