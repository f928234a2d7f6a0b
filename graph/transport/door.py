"""The door: what every request and handshake must have before anybody looks at its path."""

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.transport.clients import Networks, believe_proxies
from graph.transport.head import field_of, fields_of
from graph.transport.measures import refused
from graph.transport.negotiation import LEGACY
from graph.transport.responses import respond_error

#: Two of them are two opinions: a proxy may have acted on the other one.
_SINGLE = (
    b"authorization",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"host",
    b"origin",
)
#: Asked by address, from inside.
_PROBED = frozenset({"/healthz", "/readyz"})
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


class Door:
    """
    Refuses what names no host, another host than those served, or a decisive header twice.

    Behind it the scope has the client's own address and scheme, where trusted proxies tell them.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], proxies: Networks) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        believe_proxies(scope, self._proxies)
        wrong = self._wrong(scope)
        if wrong is not None:
            await respond_error(400, wrong, LEGACY)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wrong(self, scope: Scope) -> str | None:
        doubled = _doubled(scope)
        if doubled is not None:
            refused("malformed")
            return f"There must be one {doubled} header"
        if not self._is_served(scope, field_of(scope, b"host")):
            refused("host")
            return "This host is not served here"
        return None

    def _is_served(self, scope: Scope, host: str | None) -> bool:
        if host is None:
            # HTTP/1.0 need not name one.
            return scope["http_version"] == "1.0" and not self._hosts
        named = _HOST.fullmatch(host.lower())
        if named is None:
            return False
        return not self._hosts or named[1] in self._hosts or scope["path"] in _PROBED


def _doubled(scope: Scope) -> str | None:
    """The decisive header that comes twice, if one does."""
    headers = scope["headers"]
    if len(fields_of(scope)) == len(headers):
        return None
    names = [name for name, _ in headers]
    return next((name.decode() for name in _SINGLE if names.count(name) > 1), None)


class Cors(CORSMiddleware):
    """CORS for listed origins, whose refusals are JSON like any other."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and b"origin" in fields_of(scope):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser asks before it sends a request that a form could not."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refused("origin")
        return respond_error(403, "This origin, method or header is not allowed", LEGACY)


def is_allowed_origin(headers: Headers, allowed: Collection[str]) -> bool:
    """
    Whether a page of the request's origin may open a socket: a listed one, or this host itself.

    Clients that are no browsers need not name any.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    host = headers.get("host", "")
    return origin in allowed or origin in (f"http://{host}", f"https://{host}")
