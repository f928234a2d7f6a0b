"""Tokens of another issuer, by the public keys in a JWKS file."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from domain.identity.tokens import AUDIENCE, ISSUER, Tokens
from tests.support.server import SECRET, Api, running_api

KEYS: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
VIEWER = "{ viewer { subject role } }"


def public_jwk(algorithm: str) -> dict[str, Any]:
    """The public half of the key, as a JWKS entry of the algorithm's name."""
    jwk = json.loads(get_default_algorithms()[algorithm].to_jwk(KEYS[algorithm].public_key()))
    return {**jwk, "kid": f"key-{algorithm}", "alg": algorithm, "use": "sig"}


def signed(key: Any, algorithm: str, kid: str | None, **changes: Any) -> str:
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "service:other",
        "iat": now,
        "exp": now + timedelta(minutes=1),
        "jti": "1",
        "token_type": "access",
        "role": "SERVICE",
        "scope": "customer:read",
    }
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode({**claims, **changes}, key, algorithm=algorithm, headers=headers)


def by_hmac(secret: bytes, kid: str) -> str:
    """HS256 with a public key as the secret: PyJWT itself would refuse to make it."""
    real = signed(KEYS["RS256"], "RS256", kid)
    header = _encoded(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    message = f"{header}.{real.split('.')[1]}"
    return f"{message}.{_encoded(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """An application that knows the three public keys."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [public_jwk(algorithm) for algorithm in KEYS]}))
    async with running_api(database_url, tmp_path, jwks_file=path) as api:
        yield api


class TestKnownKeys:
    async def test_their_tokens_are_accepted_and_so_are_ours(self, api):
        tokens = [signed(key, name, f"key-{name}") for name, key in KEYS.items()]

        answers = [await api.data(VIEWER, token=token) for token in tokens]
        ours = await api.data(VIEWER)

        assert answers == [{"viewer": {"subject": "service:other", "role": "SERVICE"}}] * 3
        assert ours["viewer"]["role"] == "ADMIN"

    async def test_anything_else_is_refused(self, api):
        stranger = ec.generate_private_key(ec.SECP256R1())
        pem = (
            KEYS["RS256"]
            .public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        tokens = {
            "a stranger's key": signed(stranger, "ES256", "key-ES256"),
            "no kid": signed(KEYS["ES256"], "ES256", None),
            "an unknown kid": signed(KEYS["ES256"], "ES256", "key-0"),
            "another key's kid": signed(KEYS["ES256"], "ES256", "key-RS256"),
            "another algorithm": signed(KEYS["RS256"], "RS512", "key-RS256"),
            "our secret with a kid": signed(SECRET, "HS256", "key-RS256"),
            "the public key as a secret": by_hmac(pem, "key-RS256"),
            "the key's text as a secret": by_hmac(pem.strip(), "key-RS256"),
            "no signature": signed("", "none", "key-RS256"),
            "an ended token": signed(
                KEYS["ES256"], "ES256", "key-ES256", exp=datetime.now(UTC) - timedelta(seconds=1)
            ),
            "another audience": signed(KEYS["ES256"], "ES256", "key-ES256", aud="x"),
            "another issuer": signed(KEYS["ES256"], "ES256", "key-ES256", iss="x"),
            "another kind": signed(KEYS["ES256"], "ES256", "key-ES256", token_type="refresh"),
            "an unknown scope": signed(KEYS["ES256"], "ES256", "key-ES256", scope="all"),
        }

        statuses = {
            why: (await api.post(VIEWER, token=token)).status_code for why, token in tokens.items()
        }

        assert statuses == dict.fromkeys(tokens, 401)


class TestFile:
    @pytest.mark.parametrize(
        "change",
        [{"kid": ""}, {"alg": "RS512"}, {"alg": "HS256", "kty": "oct", "k": "c2VjcmV0"}],
    )
    def test_a_key_that_could_be_misused_is_refused_at_start(self, tmp_path, change):
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps({"keys": [{**public_jwk("RS256"), **change}]}))

        with pytest.raises(ValueError, match="a JWKS key needs a kid and one of"):
            Tokens(SECRET, path)

    def test_a_short_secret_is_refused_at_start(self):
        with pytest.raises(ValueError, match="at least 32 characters"):
            Tokens("short")
