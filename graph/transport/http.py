"""GraphQL over HTTP: POST of one JSON request (GraphQL-over-HTTP draft)."""

import uuid
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from domain.identity.errors import InvalidToken
from graph import errors
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Answer, Executor
from graph.execution import Request as Operation
from graph.transport.requests import decode_request, parse_json

LARGEST_BODY = 1024 * 1024
_MODERN = "application/graphql-response+json"
_LEGACY = "application/json"

logger = structlog.get_logger(__name__)


class GraphQLOverHTTP:
    """``POST /graphql``. Every answer is JSON, whatever was sent."""

    def __init__(
        self, services: Services, executor: Executor, authenticator: Authenticator
    ) -> None:
        self._services = services
        self._executor = executor
        self._authenticator = authenticator

    async def post(self, request: Request) -> Response:
        """One operation."""
        media_type = _acceptable(request.headers.get("accept"))
        if media_type is None:
            return respond_error(406, f"Accept must allow {_MODERN} or {_LEGACY}", _LEGACY)
        if not is_json(request.headers):
            return respond_error(415, f"Content-Type must be {_LEGACY}", media_type)
        body = await read_body(request)
        if body is None:
            return respond_error(413, f"The body is larger than {LARGEST_BODY} bytes", media_type)
        try:
            operation = decode_request(parse_json(body))
        except Refused as refusal:
            return _respond(400, {"errors": refusal.errors}, media_type)
        try:
            actor = await self._authenticator.actor(authorization_of(request))
        except InvalidToken as failure:
            return unauthorized(failure, media_type)
        with structlog.contextvars.bound_contextvars(
            operation=operation.operation_name, actor=actor.subject
        ):
            return await self._run(operation, Context(self._services, actor), media_type)

    async def _run(self, operation: Operation, context: Context, media_type: str) -> Response:
        try:
            kind = self._executor.operation_type(operation, context)
        except Refused as refusal:
            return _respond_answer(Answer(None, refusal.errors, was_executed=False), media_type)
        if kind is OperationType.SUBSCRIPTION:
            message = "Subscriptions need a WebSocket (graphql-transport-ws) at this address"
            return respond_error(400, message, media_type)
        return _respond_answer(await self._executor.execute(operation, context), media_type)


def authorization_of(request: Request) -> str | None:
    """
    The request's one ``Authorization`` header.

    Raises:
        InvalidToken: there are several.
    """
    values = request.headers.getlist("authorization")
    if len(values) > 1:
        raise InvalidToken
    return values[0] if values else None


async def read_body(request: Request) -> bytes | None:
    """The body, or None as soon as it is larger than allowed."""
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > LARGEST_BODY:
                return None
    except ClientDisconnect:
        logger.info("client left while sending")
    return bytes(chunks)


def respond_error(
    status: int, message: str, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """A refusal of the request as such."""
    body = {"errors": [errors.request_error(message, errors.BAD_REQUEST)]}
    return _respond(status, body, media_type, headers)


def unauthorized(failure: InvalidToken, media_type: str = _LEGACY) -> Response:
    """401: a token came and is no good. Never taken for an anonymous request."""
    body = {"errors": [errors.domain_error(failure)]}
    return _respond(401, body, media_type, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def new_request_id() -> str:
    """An id for logs and error references."""
    return uuid.uuid4().hex


def _respond_answer(answer: Answer, media_type: str) -> Response:
    refused = not answer.was_executed
    code = answer.errors[0]["extensions"]["code"] if refused else None
    if code == "UNAUTHENTICATED":
        status = 401
    elif refused and media_type == _MODERN:
        status = 400
    else:
        status = 200
    return _respond(status, answer.body(), media_type)


def _respond(
    status: int, body: dict[str, Any], media_type: str, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type=f"{media_type}; charset=utf-8",
        headers=headers,
    )


def is_json(headers: Any) -> bool:
    """Whether the body is plain JSON in UTF-8, by its headers."""
    essence, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower()
    allowed = charset in ("", "charset=utf-8", 'charset="utf-8"')
    is_plain = headers.get("content-encoding", "identity").lower() == "identity"
    return bool(essence.strip().lower() == _LEGACY and allowed and is_plain)


def _acceptable(accept: str | None) -> str | None:
    if not accept:
        return _LEGACY
    best: tuple[float, str] | None = None
    for entry in accept.split(","):
        essence, *parameters = (part.strip().lower() for part in entry.split(";"))
        offered = {_MODERN: _MODERN, _LEGACY: _LEGACY, "*/*": _LEGACY, "application/*": _LEGACY}
        chosen = offered.get(essence)
        quality = _quality(parameters)
        if chosen and quality > 0 and (best is None or quality > best[0]):
            best = (quality, chosen)
    return best[1] if best else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
