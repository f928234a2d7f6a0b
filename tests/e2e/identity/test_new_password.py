"""A new password: who may set it, what it must be, and which sign-ins it ends."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from domain.identity.models import AccountRole
from domain.kernel import passwords
from domain.kernel.events import EventRow
from tests.support.customers import created_customer
from tests.support.identity import (
    PASSWORD,
    an_account,
    eventually_shut,
    is_let_in,
    refreshed,
    signed_in,
)

NEW = "a quite new password"


async def change_password(api, token, current=PASSWORD, new=NEW):
    input = {"currentPassword": current, "newPassword": new}
    return await api.mutate("changePassword", input, "changed", token=token)


async def last_event(database):
    async with database.reading() as connection:
        statement = select(EventRow.type, EventRow.actor, EventRow.data)
        return (await connection.execute(statement.order_by(EventRow.id.desc()).limit(1))).one()


@pytest.fixture
async def ada(database) -> int:
    return await created_customer(database, username="ada", password=PASSWORD)


class TestNewPassword:
    async def test_is_taken_at_once_and_ends_the_other_sign_ins_only(self, api, ada):
        here, elsewhere = await signed_in(api), await signed_in(api)
        assert await is_let_in(api, elsewhere["accessToken"])

        payload = await change_password(api, here["accessToken"])

        assert payload == {"changed": True, "userErrors": []}
        assert await is_let_in(api, here["accessToken"])
        assert not await is_let_in(api, elsewhere["accessToken"])
        assert (await refreshed(api, here["refreshToken"]))["accessToken"]
        assert (await refreshed(api, elsewhere["refreshToken"]))["accessToken"] is None
        assert (await signed_in(api, password=NEW))["accessToken"]
        assert (await signed_in(api))["accessToken"] is None

    async def test_is_announced_without_its_value(self, api, ada, database):
        token = (await signed_in(api))["accessToken"]

        await change_password(api, token)

        event = await last_event(database)
        assert (event.type, event.actor) == ("customer.updated", f"customer:{ada}")
        assert event.data["changed_fields"] == ["password"]
        assert NEW not in str(event)

    async def test_of_an_account_is_announced_as_the_accounts_own(self, api, database):
        account_id = await an_account(api, AccountRole.BILLING)
        token = (await signed_in(api, "ops@example.com"))["accessToken"]

        payload = await change_password(api, token)

        event = await last_event(database)
        assert payload["changed"] is True
        assert (event.type, event.actor) == ("identity.account.updated", f"account:{account_id}")
        assert event.data == {
            "account_id": account_id,
            "role": "BILLING",
            "changed_fields": ["password"],
            "is_active": True,
            "customer_id": None,
        }

    async def test_needs_the_present_one_as_often_as_signing_in_allows(self, api, ada):
        token = (await signed_in(api))["accessToken"]

        wrong = [await change_password(api, token, "wrong horse") for _ in range(5)]
        right = await change_password(api, token)

        codes = [payload["userErrors"][0]["code"] for payload in [*wrong, right]]
        assert codes == ["INVALID_CREDENTIALS"] * 6
        assert not any(payload["changed"] for payload in [*wrong, right])

    @pytest.mark.parametrize("new", ["short", "x" * 257, "e\u0301" * 7])
    async def test_must_fit_and_is_counted_in_letters_as_they_are_shown(self, api, ada, new):
        token = (await signed_in(api))["accessToken"]

        payload = await change_password(api, token, new=new)

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "newPassword"])
        assert (await signed_in(api))["accessToken"]

    async def test_is_the_same_however_a_keyboard_composes_it(self, api, ada):
        token = (await signed_in(api))["accessToken"]

        await change_password(api, token, new="cafe\u0301 au lait")

        assert (await signed_in(api, password="caf\u00e9 au lait"))["accessToken"]

    async def test_is_not_for_those_who_have_none(self, api, ada):
        for token in (api.token(), api.service_token()):
            query = """mutation { changePassword(input: {currentPassword: "x", newPassword: "y"}) {
                changed } }"""
            answer = await api.run(query, token=token)

            assert [error["extensions"]["code"] for error in answer["errors"]] == ["ACCESS_DENIED"]

    async def test_customers_have_no_other_way_to_it(self, api, ada):
        token = (await signed_in(api))["accessToken"]
        query = """mutation { updateCustomer(input: {customerId: %d, password: "%s"}) {
            customer { id } } }"""

        answer = await api.run(query % (ada, NEW), token=token)

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert (await signed_in(api))["accessToken"]

    async def test_that_staff_set_ends_every_sign_in(self, api, ada):
        payload = await signed_in(api)
        assert await is_let_in(api, payload["accessToken"])

        await api.mutate("updateCustomer", {"customerId": ada, "password": NEW}, "customer { id }")

        await eventually_shut(api, payload["accessToken"])
        assert (await refreshed(api, payload["refreshToken"]))["accessToken"] is None


async def test_a_hash_of_other_parameters_is_renewed_and_nobody_is_signed_out(
    api, database, monkeypatch
):
    stored = text("select password_hash from customer.customers")
    with monkeypatch.context() as earlier:
        weak = PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1)
        earlier.setattr(passwords, "_hasher", weak)
        await created_customer(database, username="ada", password=PASSWORD)
        before = await signed_in(api)
        async with database.reading() as connection:
            old = await connection.scalar(stored)

    after = await signed_in(api)

    async with database.reading() as connection:
        new = await connection.scalar(stored)
    assert old.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert new.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert [await is_let_in(api, each["accessToken"]) for each in (before, after)] == [True, True]
    assert (await refreshed(api, before["refreshToken"]))["accessToken"]
