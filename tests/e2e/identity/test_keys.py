"""Our keys: published for whoever verifies our tokens, and changed without a pause."""

import json

import jwt
import pytest

from domain.identity.errors import InvalidToken
from domain.identity.keys import SigningKey, thumbprint
from domain.identity.tokens import AUDIENCE, ISSUER, Tokens
from domain.kernel.access import Role
from tests.support.server import SECRET, running_api

FIRST, SECOND = "the first secret, comma and all".ljust(40, "."), "the second".ljust(40, ".")


def token_of(*secrets: str) -> str:
    return Tokens(secrets).issue("staff:test", Role.ADMIN)


def takes(verifier: Tokens, token: str) -> bool:
    try:
        return verifier.verify(token).role is Role.ADMIN
    except InvalidToken:
        return False


class TestPublished:
    async def test_whoever_has_the_published_keys_can_verify_our_tokens(self, api):
        response = await api.http.get("/.well-known/jwks.json")
        token = api.token(Role.SUPPORT)

        [key] = jwt.PyJWKSet.from_json(response.text).keys
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER)

        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.headers["content-type"] == "application/jwk-set+json"
        assert jwt.get_unverified_header(token)["kid"] == key.key_id
        assert claims["role"] == "SUPPORT"

    async def test_no_half_that_signs_is_among_them(self, api):
        [key] = (await api.http.get("/.well-known/jwks.json")).json()["keys"]

        assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}
        assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")

    def test_a_kid_is_the_thumbprint_of_its_key(self):
        jwk = SigningKey(SECRET).jwk()

        # RFC 8037, appendix A.3
        known = thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        assert known == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        assert jwk["kid"] == thumbprint(jwk["x"])

    async def test_keys_of_another_issuer_are_not_published_as_ours(self, database_url, tmp_path):
        other = {**SigningKey(SECOND).jwk(), "kid": "other"}
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps({"keys": [other]}))

        async with running_api(database_url, tmp_path, jwks_file=path) as api:
            [key] = (await api.http.get("/.well-known/jwks.json")).json()["keys"]

        assert key["kid"] == SigningKey(SECRET).kid


class TestRotation:
    def test_the_first_signs_and_all_verify_until_they_are_removed(self):
        before, after = token_of(FIRST), token_of(SECOND, FIRST)
        announced, both, done = Tokens([FIRST, SECOND]), Tokens([SECOND, FIRST]), Tokens([SECOND])

        taken = {
            name: (takes(verifier, before), takes(verifier, after))
            for name, verifier in {"announced": announced, "both": both, "done": done}.items()
        }

        assert taken == {"announced": (True, True), "both": (True, True), "done": (False, True)}
        assert [key["kid"] for key in both.jwks()["keys"]] == [
            SigningKey(SECOND).kid,
            SigningKey(FIRST).kid,
        ]

    async def test_a_server_publishes_and_takes_all_of_them(self, database_url, tmp_path):
        secrets = ["1" * 40, "2" * 40]
        async with running_api(database_url, tmp_path, token_secret=", ".join(secrets)) as api:
            published = (await api.http.get("/.well-known/jwks.json")).json()["keys"]
            answers = [
                await api.data("{ viewer { role } }", token=token_of(secret)) for secret in secrets
            ]

        assert [key["kid"] for key in published] == [SigningKey(each).kid for each in secrets]
        assert answers == [{"viewer": {"role": "ADMIN"}}] * 2

    def test_digests_are_of_the_first_secret_and_no_token_can_be_made_from_them(self):
        assert Tokens([FIRST, SECOND]).digest("x") == Tokens([FIRST]).digest("x")
        assert Tokens([FIRST]).digest("x") != Tokens([SECOND]).digest("x")


class TestAtStart:
    def test_two_keys_of_one_name_are_refused(self, tmp_path):
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps({"keys": [SigningKey(FIRST).jwk()]}))

        with pytest.raises(ValueError, match="two keys have the kid"):
            Tokens([FIRST, FIRST])
        with pytest.raises(ValueError, match="two keys have the kid"):
            Tokens([FIRST], path)

    def test_a_file_with_a_private_key_is_refused(self, tmp_path):
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps({"keys": [{**SigningKey(FIRST).jwk(), "d": "x"}]}))

        with pytest.raises(ValueError, match="public keys only"):
            Tokens([SECOND], path)

    def test_secrets_are_not_shown(self):
        shown = f"{Tokens([FIRST])!r} {SigningKey(FIRST)!r}"

        assert FIRST not in shown
