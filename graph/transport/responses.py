"""Answers to HTTP requests that are no operations, and operations' answers as JSON."""

from typing import Any

import orjson
from starlette.responses import Response

from domain.identity.errors import InvalidToken
from domain.kernel.errors import ErrorCode
from graph import errors
from graph.documents import Refused
from graph.execution import Answer
from graph.transport.measures import refused
from graph.transport.negotiation import LEGACY, MODERN

_AGAIN = {"Retry-After": "10"}
_FIELDS = {each: (b"content-type", f"{each}; charset=utf-8".encode()) for each in (MODERN, LEGACY)}


def respond(
    status: int, body: dict[str, Any], media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A JSON body."""
    return _Json(orjson.dumps(body), status, _FIELDS[media_type], headers or {})


class _Json(Response):
    """A response whose fields need no looking at."""

    def __init__(
        self, body: bytes, status: int, media_type: tuple[bytes, bytes], headers: dict[str, str]
    ) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), media_type]
        for name, value in headers.items():
            self.raw_headers.append((name.lower().encode(), value.encode("latin-1")))


def respond_error(
    status: int,
    message: str,
    media_type: str,
    headers: dict[str, str] | None = None,
    *,
    code: str = errors.BAD_REQUEST,
) -> Response:
    """A refusal of the request as such."""
    return respond(status, {"errors": [errors.request_error(message, code)]}, media_type, headers)


def respond_later(status: int, failure: dict[str, Any], media_type: str) -> Response:
    """A refusal of what may be tried again, and after how many seconds."""
    return respond(status, {"errors": [failure]}, media_type, _AGAIN)


def respond_refusal(refusal: Refused, media_type: str) -> Response:
    """A request that is refused before it is an operation: 400, or 503 if it may be repeated."""
    is_away = refusal.errors[0]["extensions"]["code"] == errors.UNAVAILABLE
    status, headers = (503, _AGAIN) if is_away else (400, None)
    return respond(status, {"errors": refusal.errors}, media_type, headers)


def full(media_type: str = LEGACY) -> Response:
    """503: the process has as many sockets and event streams open as it may."""
    refused("full")
    message = "There are too many sockets and event streams"
    return respond_later(503, errors.request_error(message, errors.LIMIT_EXCEEDED), media_type)


def respond_answer(answer: Answer, media_type: str) -> Response:
    """An operation's answer; only the modern media type tells by its status that it has no data."""
    reason = answer.errors[0]["extensions"] if answer.errors and answer.data is None else {}
    status, headers = _status(answer, reason, media_type)
    return respond(status, answer.body(), media_type, headers)


def _status(
    answer: Answer, reason: dict[str, Any], media_type: str
) -> tuple[int, dict[str, str] | None]:
    code = reason.get("code")
    if not answer.was_executed and code == ErrorCode.UNAUTHENTICATED:
        return 401, None
    if not answer.was_executed and code == errors.RATE_LIMITED:
        return 429, {"Retry-After": str(reason["retryAfterSeconds"])}
    if media_type != MODERN:
        return 200, None
    if code == errors.TIMEOUT:
        return 503, _AGAIN
    return (200 if answer.was_executed else 400), None


def unauthorized(failure: InvalidToken, media_type: str = LEGACY) -> Response:
    """401: a token came and is no good. Never taken for an anonymous request."""
    body = {"errors": [errors.domain_error(failure)]}
    return respond(401, body, media_type, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
