"""Keys of tokens: ours, derived from configured secrets, and those of another issuer's JWKS."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt import PyJWKSet

SHORTEST_SECRET = 32
_SIGNING = b"isp-graph access tokens"
_DIGESTS = b"isp-graph digests"
_ASYMMETRIC = ("RS256", "ES256", "EdDSA")
_SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key and the one algorithm that it is for; ``is_ours`` if we have its other half."""

    kid: str
    key: Any
    algorithm: str
    is_ours: bool


class SigningKey:
    """
    An Ed25519 key pair derived from a configured secret (HKDF-SHA256, RFC 5869).

    The same secret is the same pair in every process. Its ``kid`` is the public key's thumbprint
    (RFC 7638).
    """

    algorithm = "EdDSA"

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"the token secret must have at least {SHORTEST_SECRET} characters")
        self.private = Ed25519PrivateKey.from_private_bytes(_derived(secret, _SIGNING))
        self._point = _encoded(self.private.public_key().public_bytes_raw())
        self.kid = thumbprint(self._point)

    def __repr__(self) -> str:
        return f"SigningKey({self.kid})"

    def jwk(self) -> dict[str, str]:
        """The public half, as an entry of a JWKS (RFC 7517 §5)."""
        named = {"kid": self.kid, "alg": self.algorithm, "use": "sig"}
        return {**_members(self._point), **named}

    def verifying(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(self.kid, self.private.public_key(), self.algorithm, is_ours=True)


def thumbprint(point: str) -> str:
    """The name of an Ed25519 public key, base64url as in a JWK (RFC 7638 §3, RFC 8037 §2)."""
    canonical = json.dumps(_members(point), separators=(",", ":"))
    return _encoded(hashlib.sha256(canonical.encode()).digest())


def digest_key(secret: str) -> bytes:
    """The key of digests, which is another than that of tokens."""
    return _derived(secret, _DIGESTS)


def keys_in(jwks_file: Path) -> list[VerifyingKey]:
    """
    The public keys of a JWKS file.

    Raises:
        ValueError: one is no public key for RS256, ES256 or EdDSA, has no ``kid``, or is too short.
    """
    jwks = json.loads(jwks_file.read_text())
    if any("d" in entry for entry in jwks["keys"]):
        raise ValueError("a JWKS file must hold public keys only")
    return [_foreign(key) for key in PyJWKSet.from_dict(jwks).keys]


def by_kid(keys: Iterable[VerifyingKey]) -> dict[str, VerifyingKey]:
    """
    The keys by their names.

    Raises:
        ValueError: two have the same name, so that one would pass for the other.
    """
    named: dict[str, VerifyingKey] = {}
    for key in keys:
        if key.kid in named:
            raise ValueError(f"two keys have the kid {key.kid}")
        named[key.kid] = key
    return named


def _foreign(key: Any) -> VerifyingKey:
    if key.algorithm_name not in _ASYMMETRIC or not key.key_id:
        raise ValueError(f"a JWKS key needs a kid and one of {', '.join(_ASYMMETRIC)}")
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _SMALLEST_RSA:
        raise ValueError(f"an RSA key needs at least {_SMALLEST_RSA} bits")
    return VerifyingKey(key.key_id, key.key, key.algorithm_name, is_ours=False)


def _members(point: str) -> dict[str, str]:
    """What a key is, in the order that a thumbprint is taken of."""
    return {"crv": "Ed25519", "kty": "OKP", "x": point}


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")
