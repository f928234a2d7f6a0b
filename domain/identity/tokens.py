"""JSON Web Tokens: signed here or by a known key, strict about every claim (RFC 7519, RFC 8725)."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from jwt import InvalidTokenError, PyJWKSet

from domain.identity.errors import InvalidToken
from domain.kernel.access import Permission, Role

ISSUER = "isp-graph"
AUDIENCE = "isp-graph"
ACCESS_TTL = timedelta(minutes=10)
_ACCESS = "access"
_LONGEST_TOKEN = 8192
_LEEWAY_SECONDS = 5
_SUBJECT = re.compile(r"[\w.:@/+-]{1,64}")
_LARGEST_KEY = 2**31 - 1
_ASYMMETRIC = ("RS256", "ES256", "EdDSA")


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a token speaks for; ``subject`` is ``customer:7``, ``account:3``, ``service:radius``."""

    subject: str
    role: Role
    expires_at: datetime
    customer_id: int | None = None
    reseller_id: int | None = None
    scopes: tuple[Permission, ...] = ()


class Tokens:
    """
    Issues access tokens by HS256 and verifies them, or those of the keys in a JWKS file.

    A token names no key but by ``kid``; one algorithm fits one key; header keys are ignored.
    """

    def __init__(self, secret: str, jwks_file: Path | None = None) -> None:
        if len(secret) < 32:
            raise ValueError("the token secret must have at least 32 characters")
        self._secret = secret
        self._keys: dict[str, tuple[Any, str]] = {}
        if jwks_file is not None:
            self._keys = _public_keys(json.loads(jwks_file.read_text()))

    def issue(
        self,
        subject: str,
        role: Role,
        *,
        customer_id: int | None = None,
        reseller_id: int | None = None,
        scopes: tuple[Permission, ...] = (),
        ttl: timedelta = ACCESS_TTL,
    ) -> str:
        """A new access token."""
        now = datetime.now(UTC)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + ttl,
            "jti": secrets.token_hex(16),
            "token_type": _ACCESS,
            "role": role.value,
        }
        if customer_id is not None:
            claims["customer_id"] = customer_id
        if reseller_id is not None:
            claims["reseller_id"] = reseller_id
        if scopes:
            claims["scope"] = " ".join(scopes)
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def digest(self, text: str) -> str:
        """A keyed digest: equal texts compare equal, and nobody without the key can guess them."""
        return hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def verify(self, token: str) -> Claims:
        """
        The claims of a valid access token.

        Raises:
            InvalidToken: whatever is wrong with it; the reason is not told.
        """
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken
        try:
            key, algorithm = self._key_of(token)
            payload = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "aud", "iss", "jti"]},
            )
            return _claims(payload)
        except (InvalidTokenError, ValueError, KeyError, TypeError, OverflowError, OSError):
            raise InvalidToken from None

    def _key_of(self, token: str) -> tuple[Any, str]:
        kid = jwt.get_unverified_header(token).get("kid")
        if kid is None:
            return self._secret, "HS256"
        return self._keys[kid]


def _public_keys(jwks: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    keys: dict[str, tuple[Any, str]] = {}
    for key in PyJWKSet.from_dict(jwks).keys:
        if key.algorithm_name not in _ASYMMETRIC or not key.key_id:
            raise ValueError(f"a JWKS key needs a kid and one of {', '.join(_ASYMMETRIC)}")
        keys[key.key_id] = (key.key, key.algorithm_name)
    return keys


def _claims(payload: dict[str, Any]) -> Claims:
    if payload["token_type"] != _ACCESS:
        raise ValueError
    subject = str(payload["sub"])
    if not _SUBJECT.fullmatch(subject):
        raise ValueError
    return Claims(
        subject=subject,
        role=Role(payload["role"]),
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
        customer_id=_integer(payload.get("customer_id")),
        reseller_id=_integer(payload.get("reseller_id")),
        scopes=tuple(Permission(scope) for scope in str(payload.get("scope", "")).split()),
    )


def _integer(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 < value <= _LARGEST_KEY):
        raise ValueError
    return value
