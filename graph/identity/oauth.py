"""Requests for tokens by client credentials, as RFC 6749 has them (§2.3.1, §3.2, §4.4, §5.2)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from domain.kernel.access import Permission

_MOST_PARAMETERS = 20
_LONGEST_VALUE = 1024


class OAuthError(Exception):
    """A refusal by one of RFC 6749's codes; ``invalid_client`` is 401, all others are 400."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description

    @property
    def status(self) -> int:
        return 401 if self.code == "invalid_client" else 400


def wrong_client() -> OAuthError:
    """One answer to an unknown client, a wrong secret and one that has to wait."""
    return OAuthError("invalid_client", "The client or its secret is wrong")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What is asked for; without ``scopes`` all that the client has."""

    client_id: str
    client_secret: str
    scopes: tuple[Permission, ...] | None


def token_request(body: bytes, authorizations: Sequence[str]) -> TokenRequest:
    """
    The request in a form and its Authorization headers.

    Raises:
        OAuthError: it is malformed, for another grant, without credentials or with two of them.
    """
    form = _form(body)
    if "grant_type" not in form:
        raise OAuthError("invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", "grant_type must be client_credentials")
    client_id, client_secret = _credentials(form, authorizations)
    return TokenRequest(client_id, client_secret, _scopes(form.get("scope")))


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise OAuthError("invalid_request", "The body is not a form in UTF-8") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise OAuthError("invalid_request", "A parameter is repeated")
    for name, value in pairs:
        if len(value) > _LONGEST_VALUE or "\0" in name + value:
            raise OAuthError("invalid_request", "A parameter is too long, or holds a NUL")
    # RFC 6749 §3.2: a parameter without a value counts as left out.
    return {name: value for name, value in form.items() if value}


def _credentials(form: dict[str, str], authorizations: Sequence[str]) -> tuple[str, str]:
    if len(authorizations) > 1 or (authorizations and "client_secret" in form):
        raise OAuthError("invalid_request", "Credentials came more than once")
    if authorizations:
        client_id, secret = _basic(authorizations[0])
        if form.get("client_id", client_id) != client_id:
            raise OAuthError("invalid_request", "Two clients are named")
        return client_id, secret
    if "client_id" not in form or "client_secret" not in form:
        raise OAuthError("invalid_client", "Credentials are missing")
    return form["client_id"], form["client_secret"]


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        client_id, separator, secret = decoded.partition(":")
        # §2.3.1: both were form-encoded before they were joined.
        client_id, secret = (unquote_plus(part, errors="strict") for part in (client_id, secret))
        if not separator or "\0" in client_id + secret:
            raise ValueError
    except (ValueError, binascii.Error):
        raise OAuthError("invalid_client", "Authorization must be Basic") from None
    return client_id, secret


def _scopes(scope: str | None) -> tuple[Permission, ...] | None:
    if scope is None:
        return None
    try:
        return tuple(sorted({Permission(word) for word in scope.split(" ")}))
    except ValueError:
        raise OAuthError("invalid_scope", "There is no such scope") from None
