"""What every HTTP answer gets: a request id, security headers, a log."""

import re
import time

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.kernel.logging import LineLogger
from graph.errors import internal_error
from graph.explorer import CONTENT_SECURITY_POLICY
from graph.transport.head import field_of
from graph.transport.headers import SECURITY, STRICT_TRANSPORT
from graph.transport.requests import new_request_id

Fields = list[tuple[bytes, bytes]]


def _encoded(fields: dict[str, str]) -> Fields:
    return [(name.lower().encode(), value.encode()) for name, value in fields.items()]


#: Where an answer says nothing else. Which origins may read it differs, so caches keep it by them.
_USUAL = _encoded({"Vary": "Origin", **SECURITY})
_OF_ASSETS = _encoded(
    {
        "Vary": "Origin",
        **SECURITY,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cache-Control": "public, max-age=31536000, immutable",
    }
)
_OVER_TLS = _encoded({"Strict-Transport-Security": STRICT_TRANSPORT})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

logger = structlog.get_logger(__name__)
requests = LineLogger(__name__)


class Envelope:
    """The outermost layer. Each request is a task with a context of its own, as servers do it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, self._refusing(scope, send))
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        started = time.perf_counter()
        status: int | None = None

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(scope, message, request_id)
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_enveloped)
        except Exception as error:
            logger.error("request failed", exc_info=error)
            if status is not None:
                raise
            body = {"errors": [internal_error()]}
            await JSONResponse(body, status_code=500)(scope, receive, send_enveloped)
        finally:
            requests.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    def _refusing(self, scope: Scope, send: Send) -> Send:
        """``send`` of a handshake, whose refusals are HTTP answers like any other."""

        async def send_enveloped(message: Message) -> None:
            if message["type"] == "websocket.http.response.start":
                _add_headers(scope, message, _request_id(scope))
            await send(message)

        return send_enveloped


def _request_id(scope: Scope) -> str:
    given = field_of(scope, b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return new_request_id()


def _add_headers(scope: Scope, message: Message, request_id: str) -> None:
    said: Fields = list(message.get("headers", ()))
    names = {name for name, _ in said}
    is_asset = scope["path"].startswith("/graphql/assets/") and message["status"] < 400
    said += [field for field in (_OF_ASSETS if is_asset else _USUAL) if field[0] not in names]
    said.append((b"x-request-id", request_id.encode()))
    if scope["scheme"] in ("https", "wss"):
        said += _OVER_TLS
    message["headers"] = said
