"""Bearer tokens: a bad one is refused, and never taken for none."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from domain.identity.keys import SigningKey
from domain.identity.tokens import AUDIENCE, ISSUER
from domain.kernel.access import Role
from tests.support.server import SECRET
from tests.support.transport import LEGACY, VIEWER, refusals, sent


def forged(secret: str = SECRET, **changes: Any) -> str:
    """A token as ours are, but for the changes; None takes a claim away."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "staff:forged",
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
        "jti": "1",
        "token_type": "access",
        "role": "ADMIN",
    }
    kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    key = SigningKey(secret)
    headers = {"kid": key.kid, "typ": "at+jwt", **kept.pop("headers", {})}
    return jwt.encode(kept, key.private, algorithm="EdDSA", headers=headers)


class TestTokens:
    async def test_a_token_as_ours_are_is_good(self, api):
        response = await sent(api, {"query": VIEWER}, Authorization=f"Bearer {forged()}")

        assert response.json()["data"] == {"viewer": {"role": "ADMIN"}}

    @pytest.mark.parametrize(
        "token",
        [
            forged(exp=1_700_000_001),
            forged(exp=None),
            forged(iat=None),
            forged(iat=3_900_000_000),
            forged(jti=None),
            forged(sub=None),
            forged(aud="another"),
            forged(aud=None),
            forged(iss="another"),
            forged(token_type="refresh"),
            forged(token_type=None),
            forged(role="KING"),
            forged(role="ANONYMOUS"),
            forged(role="CUSTOMER"),
            forged(role="CUSTOMER", customer_id=2**40),
            forged(role="CUSTOMER", customer_id="1"),
            forged(role="RESELLER", reseller_id=1),
            forged(role="SERVICE", scope="king"),
            forged(sub="account:x"),
            forged(sub="account:99999999999999999999"),
            forged(exp=10**18),
            forged("another secret that is just as long as it must be"),
            forged(headers={"kid": "unknown"}),
            forged(headers={"crit": ["x"], "x": 1}),
            forged()[:-1],
            forged().rsplit(".", 1)[0] + ".",
            "nonsense",
            "a.b.c",
            "x" * 9_000,
        ],
        ids=lambda token: token[-8:],
    )
    async def test_a_bad_token_is_refused_and_never_taken_for_nobody(self, api, token):
        query = 'mutation { signOut(input: {refreshToken: "x"}) { signedOut } }'

        response = await sent(api, {"query": query}, Authorization=f"Bearer {token}")

        assert response.status_code == 401
        assert refusals(response) == [("UNAUTHENTICATED", [])]
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    @pytest.mark.parametrize("value", ["", "Bearer", "Basic YTpi", "Token x", "bearer"])
    async def test_another_kind_of_authorization_is_refused(self, api, value):
        response = await sent(api, {"query": "{ __typename }"}, Authorization=value)

        assert response.status_code == 401

    async def test_a_token_that_was_good_just_now_is_good_for_nothing_by_itself(self, api):
        token = forged()
        assert (await sent(api, {"query": VIEWER}, Authorization=f"Bearer {token}")).is_success

        response = await sent(api, {"query": VIEWER}, Authorization=token)

        assert response.status_code == 401

    async def test_two_authorizations_are_refused_though_one_is_good(self, api):
        good = f"Bearer {api.token()}"
        headers = [("Content-Type", LEGACY), ("Authorization", good), ("Authorization", good)]

        response = await api.http.post(
            "/graphql", content=json.dumps({"query": VIEWER}), headers=headers
        )

        assert response.status_code == 400

    async def test_a_token_is_refused_from_the_second_it_ends(self, api):
        token = api.token(Role.SUPPORT, ttl=timedelta(seconds=-1))

        response = await sent(api, {"query": VIEWER}, Authorization=f"Bearer {token}")

        assert response.status_code == 401

    @pytest.mark.parametrize(
        "query",
        [
            VIEWER,
            "{ __schema { types { name } } }",
            "{ nonsense }",
            "{ __typename ... on Query { viewer { role } } }",
            "{ ...f } fragment f on Query { a: viewer { role } }",
            "mutation { createCustomer(input: {type: INDIVIDUAL}) { __typename } }",
        ],
    )
    async def test_nobody_may_name_no_field_but_the_public_ones(self, api, query):
        response = await api.post(query, token=None)

        assert response.status_code == 401
        assert refusals(response) == [("UNAUTHENTICATED", [])]

    async def test_nobody_may_name_the_public_ones(self, api):
        data = await api.data(
            'mutation { signOut(input: {refreshToken: "x"}) { signedOut } __typename }', token=None
        )

        assert data == {"signOut": {"signedOut": True}, "__typename": "Mutation"}
