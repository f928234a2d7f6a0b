"""Access tokens that try to say themselves how they are to be verified, or what they are."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from domain.identity.keys import SigningKey
from domain.identity.tokens import AUDIENCE, ISSUER
from tests.support import postgres
from tests.support.identity import VIEWER
from tests.support.server import SECRET, Api, running_api

OURS = SigningKey(SECRET)
STRANGER = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    """Good ones but for the changes; None takes a claim away."""
    now = datetime.now(UTC)
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "staff:forged",
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=5)).timestamp()),
        "jti": "1",
        "token_type": "access",
        "role": "ADMIN",
        **changes,
    }
    return {name: value for name, value in good.items() if value is not None}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(header: dict[str, Any], payload: Any, sign: Any = OURS.private.sign) -> str:
    """A token of any header and payload, whatever a library would say to them."""
    parts = (json.dumps(part, ensure_ascii=False).encode() for part in (header, payload))
    message = ".".join(encoded(part) for part in parts)
    return f"{message}.{encoded(sign(message.encode()))}"


def ours(payload: Any = None, **header: Any) -> str:
    """Signed by our key, with these additions to the header."""
    good = {"alg": "EdDSA", "kid": OURS.kid, "typ": "at+jwt", **header}
    kept = {name: value for name, value in good.items() if value is not None}
    return by_hand(kept, claims() if payload is None else payload)


def by_hmac(secret: bytes) -> str:
    header = {"alg": "HS256", "kid": OURS.kid, "typ": "at+jwt"}
    return by_hand(header, claims(), lambda message: hmac.digest(secret, message, hashlib.sha256))


def hs256(**headers: Any) -> str:
    return jwt.encode(claims(), SECRET, algorithm="HS256", headers=headers)


PUBLIC = OURS.private.public_key()
PEM = PUBLIC.public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
OWN_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": encoded(STRANGER.public_key().public_bytes_raw()),
    "kid": OURS.kid,
}

HOSTILE: dict[str, str] = {
    # Algorithms and keys
    "the shared secret of before": hs256(),
    "the shared secret of before, with our kid": hs256(kid=OURS.kid, typ="at+jwt"),
    "no algorithm": by_hand({"alg": "none", "kid": OURS.kid, "typ": "at+jwt"}, claims()),
    "no algorithm, in other letters": ours(alg="nOnE"),
    "no algorithm and no signature": ours(alg="none").rsplit(".", 1)[0] + ".",
    "the public key as HMAC secret": by_hmac(PEM),
    "the public key's octets as HMAC secret": by_hmac(PUBLIC.public_bytes_raw()),
    "the kid as HMAC secret": by_hmac(OURS.kid.encode()),
    "another algorithm for our key": jwt.encode(
        claims(), RSA, algorithm="RS256", headers={"kid": OURS.kid, "typ": "at+jwt"}
    ),
    "another algorithm's name on our signature": ours(alg="ES256"),
    "a stranger's key under our kid": by_hand(
        {"alg": "EdDSA", "kid": OURS.kid, "typ": "at+jwt"}, claims(), STRANGER.sign
    ),
    "a stranger's key in the header": by_hand(
        {"alg": "EdDSA", "kid": OURS.kid, "typ": "at+jwt", "jwk": OWN_JWK}, claims(), STRANGER.sign
    ),
    "no kid": ours(kid=None),
    "an unknown kid": ours(kid="unknown"),
    "a kid that is a path": ours(kid="../../dev/null"),
    "a kid that is a number": ours(kid=1),
    "a kid that is a list": ours(kid=[OURS.kid]),
    # Headers, each on a token that is otherwise good
    "a key in the header": ours(jwk=OURS.jwk()),
    "an address of keys": ours(jku="https://example.com/jwks.json"),
    "an address of certificates": ours(x5u="https://example.com/chain.pem"),
    "certificates": ours(x5c=["MII"]),
    "a critical header": ours(crit=["exp"], exp=1),
    "an unencoded payload": ours(b64=False, crit=["b64"]),
    "no type": ours(typ=None),
    "the general type": ours(typ="JWT"),
    "another type": ours(typ="dpop+jwt"),
    # Claims
    "no end": ours(claims(exp=None)),
    "no beginning": ours(claims(iat=None)),
    "no id": ours(claims(jti=None)),
    "no subject": ours(claims(sub=None)),
    "no audience": ours(claims(aud=None)),
    "no issuer": ours(claims(iss=None)),
    "no kind": ours(claims(token_type=None)),
    "no role": ours(claims(role=None)),
    "another audience": ours(claims(aud="another")),
    "another issuer": ours(claims(iss="another")),
    "a refresh token's kind": ours(claims(token_type="refresh")),
    "an e-mail confirmation's kind": ours(claims(token_type="email")),
    "a password reset's kind": ours(claims(token_type="reset")),
    "an end long ago": ours(claims(exp=1)),
    "an end that is no number": ours(claims(exp="soon")),
    "an end that never comes": ours(claims(exp=10**18)),
    "an end at infinity": ours(claims(exp=float("inf"))),
    "a beginning tomorrow": ours(claims(iat=claims()["iat"] + 86_400)),
    "not before tomorrow": ours(claims(nbf=claims()["iat"] + 86_400)),
    "a subject that is a number": ours(claims(sub=1)),
    "a subject that is a list": ours(claims(sub=["staff:forged"])),
    "a subject with foreign digits": ours(claims(sub="account:\u0661")),
    "a subject with a look-alike letter": ours(claims(sub="st\u0430ff:forged")),
    "a subject with a NUL": ours(claims(sub="staff:\0")),
    "a subject that is too long": ours(claims(sub="s" * 65)),
    "an account that is none": ours(claims(sub="account:99999")),
    "a role in wide letters": ours(claims(role="\uff21\uff24\uff2d\uff29\uff2e")),
    "a role in small letters": ours(claims(role="admin")),
    "the role of nobody": ours(claims(role="ANONYMOUS")),
    "a customer that is true": ours(claims(role="CUSTOMER", customer_id=True)),
    "a customer that is text": ours(claims(role="CUSTOMER", customer_id="1")),
    "a sign-in that is none": ours(claims(sid="00000000-0000-4000-8000-000000000000")),
    "a sign-in that is no id": ours(claims(sid="x")),
    "a service account that is none": ours(
        claims(sub="service:nobody", role="SERVICE", secret_version=1)
    ),
    "a payload that is a list": ours([1]),
    # Form
    "too long": ours(claims(padding="x" * 8192)),
    "letters beyond ASCII": ours() + "\u00e9",
    "a part too many": ours() + ".x",
    "a part too few": ours().rsplit(".", 1)[0],
    "a changed signature": ours()[:-4] + ("AAAA" if ours()[-4:] != "AAAA" else "BBBB"),
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        yield api


async def test_the_same_token_without_a_trick_is_good(server):
    assert (await server.data(VIEWER, token=ours()))["viewer"]["role"] == "ADMIN"


@pytest.mark.parametrize("why", HOSTILE)
async def test_is_401_and_never_anonymous(server, why):
    headers = {"Authorization": f"Bearer {HOSTILE[why]}".encode()}

    response = await server.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
