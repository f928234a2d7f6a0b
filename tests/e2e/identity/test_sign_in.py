"""Signing in: who gets tokens, who does not, and how often one may try."""

import asyncio
import threading

import pytest
from sqlalchemy import select, text

from domain.identity.models import AccountRole, RefreshToken, SignIn, ThrottledTries
from domain.kernel import passwords
from domain.kernel.access import PERMISSIONS, Role
from tests.support.customers import created_customer, created_reseller
from tests.support.identity import PASSWORD, VIEWER, an_account, signed_in
from tests.support.live import deleted
from tests.support.server import running_api
from tests.support.waiting import eventually


class TestSignIn:
    async def test_a_customer_gets_tokens_that_speak_for_it(self, api, database):
        customer_id = await created_customer(database, username="ada", password=PASSWORD)

        payload = await signed_in(api, clientMutationId="x")

        assert payload["userErrors"] == []
        assert (payload["expiresIn"], payload["role"]) == (600, "CUSTOMER")
        viewer = (await api.data(VIEWER, token=payload["accessToken"]))["viewer"]
        assert viewer.pop("expiresAt").endswith("Z")
        assert viewer == {
            "subject": f"customer:{customer_id}",
            "role": "CUSTOMER",
            "resellerId": None,
            "customer": {"customerId": customer_id},
        }

    @pytest.mark.parametrize("role", [AccountRole.ADMIN, AccountRole.SUPPORT, AccountRole.BILLING])
    async def test_staff_sign_in_by_e_mail_address(self, api, role):
        account_id = await an_account(api, role, email="Ops@Example.com")

        payload = await signed_in(api, "ops@example.com")

        viewer = (await api.data(VIEWER, token=payload["accessToken"]))["viewer"]
        assert (viewer["subject"], viewer["role"]) == (f"account:{account_id}", role)
        assert viewer["customer"] is None

    async def test_a_resellers_people_act_for_it(self, api, database):
        reseller_id = await created_reseller(database)
        await an_account(api, AccountRole.RESELLER, reseller_id=reseller_id)

        payload = await signed_in(api, "ops@example.com")

        viewer = (await api.data(VIEWER, token=payload["accessToken"]))["viewer"]
        assert (viewer["role"], viewer["resellerId"]) == ("RESELLER", reseller_id)

    @pytest.mark.parametrize("login", ["ADA", " ada ", "Ada"])
    async def test_the_login_is_taken_in_any_spelling(self, api, database, login):
        await created_customer(database, username="ada", password=PASSWORD)

        assert (await signed_in(api, login))["accessToken"]

    async def test_wrong_unknown_closed_and_too_long_are_answered_alike(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        await created_customer(database, username="nopassword")
        gone = await created_customer(database, username="gone", password=PASSWORD)
        await deleted(api, gone)
        closed = await created_customer(database, username="closed", password=PASSWORD)
        await an_account(api, email="left@example.com")
        async with database.engine.begin() as connection:
            await connection.execute(text("update identity.accounts set is_active = false"))
            await connection.execute(
                text("update customer.customers set status = 'CLOSED' where id = :id"),
                {"id": closed},
            )

        answers = [
            await signed_in(api, "ada", "wrong horse"),
            await signed_in(api, "nobody"),
            await signed_in(api, "nopassword"),
            await signed_in(api, "gone"),
            await signed_in(api, "closed"),
            await signed_in(api, "left@example.com"),
            await signed_in(api, "a" * 10_000),
            await signed_in(api, "ada", "x" * 10_000),
            await signed_in(api, "", ""),
        ]

        [answer] = {str(payload): payload for payload in answers}.values()
        assert answer.pop("userErrors")[0]["code"] == "INVALID_CREDENTIALS"
        assert answer == {
            "accessToken": None,
            "refreshToken": None,
            "expiresIn": None,
            "role": None,
        }

    async def test_five_failures_shut_a_login_though_the_password_is_right(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        await created_customer(database, username="grace", password=PASSWORD)

        for spelling in ("ada", "ADA", " ada", "ada\t", "\nAda "):
            await signed_in(api, spelling, "wrong horse")
        shut = await signed_in(api)
        other = await signed_in(api, "grace")

        assert [error["code"] for error in shut["userErrors"]] == ["INVALID_CREDENTIALS"]
        assert other["accessToken"]

    async def test_many_tries_in_one_request_are_refused(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        tries = " ".join(
            f't{n}: signIn(input: {{login: "ada", password: "{PASSWORD}"}}) {{ accessToken }}'
            for n in range(2)
        )

        answer = await api.run(f"mutation {{ {tries} }}", token=None)

        assert "data" not in answer
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMIT_EXCEEDED"]

    async def test_failures_are_forgotten_by_success_and_in_time(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)

        for _ in range(4):
            await signed_in(api, password="wrong horse")
        success = await signed_in(api)
        for _ in range(5):
            await signed_in(api, password="wrong horse")
        shut = await signed_in(api)
        async with database.engine.begin() as connection:
            await connection.execute(
                text(
                    "update identity.throttled_tries "
                    "set blocked_until = blocked_until - interval '15 seconds'"
                )
            )
        later = await signed_in(api)

        assert success["accessToken"]
        assert shut["accessToken"] is None
        assert later["accessToken"]

    async def test_leaves_the_database_to_others_while_passwords_wait(
        self, database_url, database, tmp_path
    ):
        await created_customer(database, username="ada", password=PASSWORD)
        go_on = threading.Event()
        async with running_api(database_url, tmp_path, pool_size=1) as api:
            for _ in range(2):
                passwords._threads.submit(go_on.wait, 15)
            waiting = [asyncio.create_task(signed_in(api)) for _ in range(4)]
            await eventually(lambda: passwords._threads._work_queue.qsize() == 4)

            data = await api.data("{ customers(first: 1) { totalCount } }")
            go_on.set()
            payloads = await asyncio.gather(*waiting)

        assert data == {"customers": {"totalCount": 1}}
        assert all(payload["accessToken"] for payload in payloads)

    async def test_keeps_no_secret_in_the_clear(self, api, database):
        # Not to be found in a digest's hexadecimal digits.
        await created_customer(database, username="wilma", password=PASSWORD)
        await signed_in(api, "wilma", "wrong horse")
        payload = await signed_in(api, "wilma")
        await signed_in(api, "wilma", "wrong horse")

        async with database.reading() as connection:
            kept = [
                *(await connection.execute(select(RefreshToken.__table__))).all(),
                *(await connection.execute(select(SignIn.__table__))).all(),
                *(await connection.execute(select(ThrottledTries.__table__))).all(),
            ]
        assert len(kept) == 5
        for secret in (payload["refreshToken"], payload["accessToken"], "wrong horse", "wilma"):
            assert secret not in str(kept)


class TestViewer:
    async def test_permissions_are_those_of_the_role(self, api):
        query = "{ viewer { permissions } }"
        tokens = {
            Role.ADMIN: api.token(),
            Role.BILLING: api.token(Role.BILLING),
            Role.SERVICE: api.service_token(),
        }

        named = {
            role: (await api.data(query, token=token))["viewer"]["permissions"]
            for role, token in tokens.items()
        }

        assert named == {
            role: sorted(permission.name for permission in PERMISSIONS[role]) for role in tokens
        }
