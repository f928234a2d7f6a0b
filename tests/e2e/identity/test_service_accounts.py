"""Tokens for programs: by name and secret, at ``POST /oauth/token`` (RFC 6749 §4.4)."""

import httpx
import pytest
from sqlalchemy import select, text

from domain.identity.models import ServiceAccount
from domain.kernel.access import Permission
from tests.support.identity import (
    SERVICE_ACCOUNT,
    basic,
    created_service_account,
    is_let_in,
)
from tests.support.server import Api

GRANT = {"grant_type": "client_credentials"}


async def asked(api: Api, name: str, secret: str, **form: str) -> httpx.Response:
    return await api.http.post("/oauth/token", data={**GRANT, **form}, headers=basic(name, secret))


async def token_of(api: Api, name: str, secret: str, **form: str) -> str:
    response = await asked(api, name, secret, **form)
    assert response.status_code == 200, response.text
    return response.json()["access_token"]


class TestToken:
    async def test_speaks_for_the_program_with_its_scopes_for_an_hour(self, api):
        _, secret = await created_service_account(api)

        response = await asked(api, "radius", secret)

        answer = response.json()
        token = answer.pop("access_token")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["pragma"] == "no-cache"
        assert answer == {
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "customer:read radius:authenticate",
        }
        viewer = await api.data("{ viewer { subject role permissions } }", token=token)
        assert viewer["viewer"] == {
            "subject": "service:radius",
            "role": "SERVICE",
            "permissions": ["CUSTOMER_READ", "RADIUS_AUTHENTICATE"],
        }

    async def test_is_given_for_credentials_in_the_form_and_for_fewer_scopes(self, api):
        _, secret = await created_service_account(api)
        form = {**GRANT, "client_id": "radius", "client_secret": secret, "scope": "customer:read"}

        response = await api.http.post("/oauth/token", data=form)

        assert response.json()["scope"] == "customer:read"
        viewer = await api.data("{ viewer { permissions } }", token=response.json()["access_token"])
        assert viewer["viewer"]["permissions"] == ["CUSTOMER_READ"]

    async def test_ends_when_the_secret_is_replaced_or_the_program_disabled(self, api):
        number, secret = await created_service_account(api)
        first = await token_of(api, "radius", secret)
        assert await is_let_in(api, first)

        rotated = await api.mutate(
            "rotateServiceAccountSecret", {"serviceAccountId": number}, SERVICE_ACCOUNT
        )
        after_rotation = await is_let_in(api, first)
        old = await asked(api, "radius", secret)
        second = await token_of(api, "radius", rotated["clientSecret"])
        assert await is_let_in(api, second)
        disabling = {"serviceAccountId": number, "isActive": False}
        await api.mutate("updateServiceAccount", disabling, "serviceAccount { isActive }")

        assert (after_rotation, old.status_code) == (False, 401)
        assert not await is_let_in(api, second)
        assert (await asked(api, "radius", rotated["clientSecret"])).status_code == 401

    async def test_may_no_more_than_its_program_may_by_now(self, api):
        number, secret = await created_service_account(api)
        token = await token_of(api, "radius", secret)
        query = "{ viewer { permissions } }"
        before = await api.data(query, token=token)

        changes = {"serviceAccountId": number, "scopes": ["CUSTOMER_READ", "BILLING_READ"]}
        await api.mutate("updateServiceAccount", changes, "serviceAccount { scopes }")

        after = await api.data(query, token=token)
        assert before["viewer"]["permissions"] == ["CUSTOMER_READ", "RADIUS_AUTHENTICATE"]
        assert after["viewer"]["permissions"] == ["CUSTOMER_READ"]

    async def test_has_to_wait_after_five_wrong_secrets(self, api):
        _, secret = await created_service_account(api)

        wrong = [await asked(api, "radius", "wrong") for _ in range(5)]
        right = await asked(api, "radius", secret)

        assert {(each.status_code, each.text) for each in [*wrong, right]} == {
            (wrong[0].status_code, wrong[0].text)
        }
        assert right.status_code == 401


class TestSecret:
    async def test_is_shown_once_and_kept_as_a_hash(self, api, database):
        input = {"name": "radius", "scopes": ["CUSTOMER_READ"], "idempotencyKey": "k"}
        once = await api.mutate("createServiceAccount", input, SERVICE_ACCOUNT)
        again = await api.mutate("createServiceAccount", input, SERVICE_ACCOUNT)

        async with database.reading() as connection:
            kept = str((await connection.execute(select(ServiceAccount.__table__))).all())
            log = str((await connection.execute(text("select * from kernel.events"))).all())
            audited = text("select * from kernel.audit_entries")
            audit = str((await connection.execute(audited)).all())
        secret = once["clientSecret"]
        assert secret.startswith("ispg_")
        assert len(secret) == 48
        assert again == {**once, "clientSecret": None}
        assert secret not in kept + log + audit

    async def test_is_used_now_and_then(self, api):
        _, secret = await created_service_account(api)
        await token_of(api, "radius", secret)

        query = """{ serviceAccounts(first: 5) { totalCount
            nodes { name description lastUsedAt lastRotatedAt } } }"""
        listed = (await api.data(query))["serviceAccounts"]

        [node] = listed["nodes"]
        assert (listed["totalCount"], node["name"], node["description"]) == (1, "radius", None)
        assert node["lastUsedAt"] >= node["lastRotatedAt"]

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"name": "x"}, "INVALID", "name"),
            ({"name": "Radius"}, "INVALID", "name"),
            ({"name": "-radius"}, "INVALID", "name"),
            ({"name": "r\u00e4dius"}, "INVALID", "name"),
            ({"name": "taken"}, "SERVICE_ACCOUNT_NAME_TAKEN", "name"),
            ({"scopes": []}, "INVALID", "scopes"),
        ],
    )
    async def test_is_not_given_to_what_cannot_be(self, api, changes, code, field):
        await created_service_account(api, "taken")
        input = {"name": "radius", "scopes": ["CUSTOMER_READ"], **changes}

        payload = await api.mutate("createServiceAccount", input, SERVICE_ACCOUNT)

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", field])
        assert payload["clientSecret"] is None


async def test_service_accounts_are_for_administrators_of_identity_alone(api):
    query = "{ serviceAccounts(first: 1) { totalCount } }"
    token = api.service_token(*set(Permission) - {Permission.IDENTITY_ADMIN})

    answer = await api.run(query, token=token)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["ACCESS_DENIED"]
