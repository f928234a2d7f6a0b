"""Errors as clients see them: a code and a path; whatever is not expected is masked and logged."""

import socket
from collections.abc import Iterable
from itertools import islice
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.kernel.database import is_contention
from domain.kernel.errors import AccessDenied, DomainError, Unauthenticated
from domain.kernel.logging import current_trace_id

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_REQUEST = "BAD_REQUEST"
BAD_USER_INPUT = "BAD_USER_INPUT"
TIMEOUT = "TIMEOUT"
BUSY = "BUSY"
UNAVAILABLE = "UNAVAILABLE"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
RATE_LIMITED = "RATE_LIMITED"
PERSISTED_DOCUMENT_NOT_FOUND = "PERSISTED_DOCUMENT_NOT_FOUND"
PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_MISMATCH = "PERSISTED_QUERY_MISMATCH"
TRUSTED_DOCUMENTS_ONLY = "TRUSTED_DOCUMENTS_ONLY"
INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
INTERNAL = "INTERNAL_SERVER_ERROR"

_MOST_ERRORS = 100
_LARGEST_ERRORS = 100_000
_LONGEST_MESSAGE = 1_000

#: SQLSTATEs, or classes of them, of a database that is not there, goes, or takes nobody more.
_OUTAGES = ("08", "53", "57", "55000")

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


def unavailable() -> dict[str, Any]:
    """The database is away: nothing is wrong with the request, and it may be repeated."""
    return request_error("The database does not answer; try again", UNAVAILABLE)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database, or the way to it, is away or full."""
    if isinstance(error, (PoolTimeout, ConnectionError, TimeoutError, socket.gaierror)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_OUTAGES)


def bounded(failures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of them: at least one, at most 100, and 100 kB as JSON."""
    kept: list[dict[str, Any]] = []
    size = 0
    for failure in islice(failures, _MOST_ERRORS):
        size += len(orjson.dumps(failure))
        if kept and size > _LARGEST_ERRORS:
            break
        kept.append(failure)
    return kept


def domain_error(error: DomainError) -> dict[str, Any]:
    """An expected failure that is not tied to a field."""
    return request_error(error.message, error.code, path=error.path)


def validation_error(error: GraphQLError) -> dict[str, Any]:
    """A document that does not parse or does not fit the schema."""
    code = PARSE_FAILED if isinstance(error, GraphQLSyntaxError) else VALIDATION_FAILED
    return _formatted(error, error.message, code)


def execution_errors(errors: Iterable[GraphQLError], operation: str | None) -> list[dict[str, Any]]:
    """The errors of an execution: known failures with their codes, the rest masked."""
    return bounded(_execution_error(error, operation) for error in errors)


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
    if is_outage(cause):
        logger.error("database does not answer", path=error.path, error=type(cause).__name__)
        return {**_formatted(error, "", UNAVAILABLE), **unavailable()}
    logger.error("resolver failed", path=error.path, operation=operation, exc_info=cause)
    return {**_formatted(error, "", INTERNAL), **internal_error()}


def _cause(error: GraphQLError) -> Exception:
    """The innermost error; a scalar that cannot show its value raises one without nodes."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _formatted(error: GraphQLError, message: str, code: str, **extra: Any) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message[:_LONGEST_MESSAGE]}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    formatted["extensions"] = {"code": code, **extra}
    return formatted
