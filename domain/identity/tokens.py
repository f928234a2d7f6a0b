"""Access tokens: JWTs signed here or by a known key, strict in every part (RFC 8725, RFC 9068)."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from jwt import InvalidTokenError

from domain.identity.errors import InvalidToken
from domain.identity.keys import SigningKey, VerifyingKey, by_kid, digest_key, keys_in
from domain.kernel.access import Permission, Role

ISSUER = "isp-graph"
AUDIENCE = "isp-graph"
ACCESS_TTL = timedelta(minutes=10)
SERVICE_TTL = timedelta(hours=1)
_TYPE = "at+jwt"
#: What another issuer's header may say of its tokens' type; ours says the first.
_FOREIGN_TYPES = (_TYPE, "application/at+jwt", "JWT", None)
_ACCESS = "access"
_LONGEST_TOKEN = 8192
_LEEWAY_SECONDS = 5
_SUBJECT = re.compile(r"[\w.:@/+-]{1,64}", re.ASCII)
_LARGEST_KEY = 2**31 - 1
#: Header parameters by which a token would say itself how it is to be verified.
_KEYS_OF_ITS_OWN = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64"})
_REQUIRED = ["exp", "iat", "sub", "aud", "iss", "jti", "token_type", "role"]


@dataclass(frozen=True, slots=True)
class Claims:
    """
    Whom a token speaks for; ``subject`` is ``customer:7``, ``account:3``, ``service:radius``.

    It ends with the sign-in or the version of the service account's secret that it names.
    """

    subject: str
    role: Role
    expires_at: datetime
    customer_id: int | None = None
    reseller_id: int | None = None
    scopes: tuple[Permission, ...] = ()
    sign_in_id: UUID | None = None
    secret_version: int | None = None


class Tokens:
    """
    Issues access tokens by EdDSA, and verifies them or those of the keys in a JWKS file.

    The first secret signs, all of them verify: that is how a key is changed without a pause.
    A token names its key by ``kid``, one algorithm fits one key, and no other key is heard of.
    """

    def __init__(self, secret: str | Sequence[str], jwks_file: Path | None = None) -> None:
        configured = [secret] if isinstance(secret, str) else list(secret)
        self._signing = [SigningKey(each) for each in configured]
        foreign = [] if jwks_file is None else keys_in(jwks_file)
        self._keys = by_kid([*(key.verifying() for key in self._signing), *foreign])
        self._digest_key = digest_key(configured[0])

    def __repr__(self) -> str:
        return f"Tokens({len(self._keys)} keys)"

    def issue(
        self,
        subject: str,
        role: Role,
        *,
        customer_id: int | None = None,
        reseller_id: int | None = None,
        scopes: tuple[Permission, ...] = (),
        ttl: timedelta = ACCESS_TTL,
        sign_in_id: UUID | None = None,
        secret_version: int | None = None,
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
            "customer_id": customer_id,
            "reseller_id": reseller_id,
            "scope": " ".join(scopes) or None,
            "sid": None if sign_in_id is None else str(sign_in_id),
            "secret_version": secret_version,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        key = self._signing[0]
        headers = {"kid": key.kid, "typ": _TYPE}
        return jwt.encode(said, key.private, algorithm=key.algorithm, headers=headers)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys that our tokens verify with (RFC 7517); no other issuer's."""
        return {"keys": [key.jwk() for key in self._signing]}

    def digest(self, text: str) -> str:
        """A keyed digest: equal texts compare equal, and nobody without the key can guess them."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()

    def verify(self, token: str) -> Claims:
        """
        The claims of a valid access token.

        Raises:
            InvalidToken: whatever is wrong with it; the reason is not told.
        """
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise InvalidToken
        try:
            key = self._key_of(jwt.get_unverified_header(token))
            payload = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": _REQUIRED},
            )
            return _claims(payload, is_ours=key.is_ours)
        except (InvalidTokenError, ValueError, KeyError, TypeError, OverflowError, OSError):
            raise InvalidToken from None

    def _key_of(self, header: dict[str, Any]) -> VerifyingKey:
        key = self._keys[header["kid"]]
        types = (_TYPE,) if key.is_ours else _FOREIGN_TYPES
        if header.get("typ") not in types or not _KEYS_OF_ITS_OWN.isdisjoint(header):
            raise ValueError
        return key


def _claims(payload: dict[str, Any], *, is_ours: bool) -> Claims:
    if payload["token_type"] != _ACCESS:
        raise ValueError
    subject = payload["sub"]
    if not _SUBJECT.fullmatch(subject):
        raise ValueError
    # What another issuer calls a session is none of ours.
    sign_in = payload.get("sid") if is_ours else None
    return Claims(
        subject=subject,
        role=Role(payload["role"]),
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
        customer_id=_integer(payload.get("customer_id")),
        reseller_id=_integer(payload.get("reseller_id")),
        scopes=tuple(Permission(scope) for scope in str(payload.get("scope", "")).split()),
        sign_in_id=None if sign_in is None else UUID(sign_in),
        secret_version=_integer(payload.get("secret_version")) if is_ours else None,
    )


def _integer(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 < value <= _LARGEST_KEY):
        raise ValueError
    return value
