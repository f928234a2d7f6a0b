"""Answers to HTTP requests that are no operations, and operations' answers as JSON."""

from typing import Any

import orjson
from starlette.responses import Response

from domain.identity.errors import InvalidToken
from graph import errors
from graph.execution import Answer
from graph.transport.negotiation import LEGACY, MODERN


def respond(
    status: int, body: dict[str, Any], media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A JSON body."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type=f"{media_type}; charset=utf-8",
        headers=headers,
    )


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


def respond_answer(answer: Answer, media_type: str) -> Response:
    """An operation's answer; only the modern media type tells by its status that it has no data."""
    refused = not answer.was_executed
    code = answer.errors[0]["extensions"]["code"] if refused else None
    if code == "UNAUTHENTICATED":
        status = 401
    elif refused and media_type == MODERN:
        status = 400
    else:
        status = 200
    return respond(status, answer.body(), media_type)


def unauthorized(failure: InvalidToken, media_type: str = LEGACY) -> Response:
    """401: a token came and is no good. Never taken for an anonymous request."""
    body = {"errors": [errors.domain_error(failure)]}
    return respond(401, body, media_type, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
