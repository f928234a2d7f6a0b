"""HTTP paths of the identity module: tokens for programs, and the keys that verify tokens."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.identity.services import IdentityService, ServiceToken
from domain.kernel.errors import Invalid, InvalidCredentials
from graph.context import Services
from graph.identity.oauth import OAuthError, token_request, wrong_client
from graph.transport.clients import client_of
from graph.transport.http import read_body

_FORM = "application/x-www-form-urlencoded"
_LARGEST_FORM = 8192
#: Long enough to spare us, short enough that a new key is known before long.
_KEYS_ARE_KEPT = "public, max-age=300"
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class IdentityPaths:
    """``POST /oauth/token`` and ``GET /.well-known/jwks.json``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def jwks(self, _request: Request) -> Response:
        """The public keys of our tokens (RFC 7517)."""
        return JSONResponse(
            self._services.tokens.jwks(),
            media_type="application/jwk-set+json",
            headers={"Cache-Control": _KEYS_ARE_KEPT},
        )

    async def token(self, request: Request) -> Response:
        """An access token for a service account (RFC 6749 §4.4)."""
        try:
            granted = await self._granted(request)
        except OAuthError as failure:
            return _refusal(failure)
        return JSONResponse(
            {
                "access_token": granted.access_token,
                "token_type": "Bearer",
                "expires_in": granted.expires_in,
                "scope": " ".join(granted.scopes),
            },
            headers=_NOT_KEPT,
        )

    def routes(self) -> list[Route]:
        """Both paths."""
        return [
            Route("/oauth/token", self.token, methods=["POST"]),
            Route("/.well-known/jwks.json", self.jwks, methods=["GET"]),
        ]

    async def _granted(self, request: Request) -> ServiceToken:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _FORM:
            raise OAuthError("invalid_request", f"Content-Type must be {_FORM}")
        body = await read_body(request)
        if body is None or len(body) > _LARGEST_FORM:
            raise OAuthError("invalid_request", f"The form is larger than {_LARGEST_FORM} bytes")
        asked = token_request(body, request.headers.getlist("authorization"))
        try:
            return await IdentityService(self._services.tokens).service_token(
                self._services.database,
                asked.client_id,
                asked.client_secret,
                asked.scopes,
                client_of(request),
            )
        except InvalidCredentials:
            raise wrong_client() from None
        except Invalid:
            raise OAuthError("invalid_scope", "The client does not have that scope") from None


def _refusal(failure: OAuthError) -> Response:
    headers: dict[str, Any] = dict(_NOT_KEPT)
    if failure.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="isp-graph"'
    body = {"error": failure.code, "error_description": failure.description}
    return JSONResponse(body, status_code=failure.status, headers=headers)
