"""Accounts of people: made and changed by administrators, and by nobody else."""

import asyncio

import pytest
from sqlalchemy import func, select

from domain.identity.models import Account, AccountRole
from domain.kernel.access import Permission, Role
from domain.kernel.events import EventRow
from tests.support.customers import created_customer, created_reseller
from tests.support.identity import PASSWORD, an_account, is_let_in, signed_in

SHOWN = "account { accountId email displayName role isActive version reseller { resellerId } }"
NEW = {
    "email": "Grace@Example.com",
    "displayName": "Grace",
    "role": "SUPPORT",
    "password": PASSWORD,
}
LIST = """query A($filter: AccountFilter) {
  accounts(first: 10, filter: $filter) { totalCount nodes { email role lastSignedInAt } } }"""


def create(api, token="admin", **changes):
    return api.mutate("createAccount", {**NEW, **changes}, SHOWN, token=token)


def update(api, account_id, token="admin", **changes):
    return api.mutate("updateAccount", {"accountId": account_id, **changes}, SHOWN, token=token)


async def announced(database) -> list[tuple[str, dict]]:
    statement = select(EventRow.type, EventRow.data).where(EventRow.type.like("identity.%"))
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(statement.order_by(EventRow.id))]


class TestCreate:
    async def test_lets_a_person_sign_in(self, api, database):
        payload = await create(api)

        account_id = payload["account"]["accountId"]
        assert payload == {
            "account": {
                "accountId": account_id,
                "email": "grace@example.com",
                "displayName": "Grace",
                "role": "SUPPORT",
                "isActive": True,
                "version": 1,
                "reseller": None,
            },
            "userErrors": [],
        }
        assert (await signed_in(api, "grace@example.com"))["role"] == "SUPPORT"
        assert await announced(database) == [
            (
                "identity.account.created",
                {"account_id": account_id, "role": "SUPPORT", "customer_id": None},
            )
        ]

    async def test_of_a_reseller_acts_for_it(self, api, database):
        reseller_id = await created_reseller(database)

        payload = await create(api, role="RESELLER", resellerId=reseller_id)

        assert payload["account"]["reseller"] == {"resellerId": reseller_id}

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"email": "nobody"}, "INVALID", "email"),
            ({"displayName": " "}, "INVALID", "displayName"),
            ({"password": "short"}, "INVALID", "password"),
            ({"role": "RESELLER"}, "INVALID", "resellerId"),
            ({"resellerId": 1}, "INVALID", "resellerId"),
            ({"role": "RESELLER", "resellerId": 99}, "INVALID", "resellerId"),
            ({"email": "OPS@example.com"}, "EMAIL_TAKEN", "email"),
            ({"email": "ada@example.com"}, "EMAIL_TAKEN", "email"),
        ],
    )
    async def test_refuses_what_cannot_be(self, api, database, changes, code, field):
        await an_account(api)
        await created_customer(database, username="ada@example.com")

        payload = await create(api, **changes)

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", field])
        async with database.reading() as connection:
            assert await connection.scalar(select(func.count()).select_from(Account)) == 1
        assert len(await announced(database)) == 1

    async def test_repeats_its_answer_by_an_idempotency_key(self, api):
        once = await create(api, idempotencyKey="k")
        again = await create(api, idempotencyKey="k")
        other = await create(api, idempotencyKey="k", password="another password")

        assert once == again
        assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


class TestUpdate:
    async def test_of_what_it_signs_in_with_ends_its_sign_ins(self, api, database):
        reseller_id = await created_reseller(database)
        account_id = await an_account(api)
        changes = (
            {"email": "ops2@example.com"},
            {"password": "another password"},
            {"role": "RESELLER", "resellerId": reseller_id},
            {"role": "BILLING", "resellerId": None},
            {"isActive": False},
        )
        login, password = "ops@example.com", PASSWORD
        for change in changes:
            token = (await signed_in(api, login, password))["accessToken"]
            assert await is_let_in(api, token)

            payload = await update(api, account_id, **change)

            assert payload["userErrors"] == []
            assert not await is_let_in(api, token)
            login, password = change.get("email", login), change.get("password", password)
        assert (await signed_in(api, login, password))["accessToken"] is None
        told = [data["changed_fields"] for _, data in (await announced(database))[1:]]
        assert told == [
            ["email"],
            ["password"],
            ["reseller_id", "role"],
            ["reseller_id", "role"],
            ["is_active"],
        ]

    async def test_of_a_name_or_of_nothing_ends_none(self, api, database):
        account_id = await an_account(api)
        token = (await signed_in(api, "ops@example.com"))["accessToken"]

        named = await update(api, account_id, displayName="Grace", expectedVersion=1)
        same = await update(api, account_id, displayName="Grace", isActive=True)

        assert (named["account"]["version"], same["account"]["version"]) == (2, 2)
        assert await is_let_in(api, token)
        assert len(await announced(database)) == 2

    async def test_a_disabled_account_does_not_come_back_with_its_old_tokens(self, api):
        account_id = await an_account(api)
        token = (await signed_in(api, "ops@example.com"))["accessToken"]

        await update(api, account_id, isActive=False)
        await update(api, account_id, isActive=True)

        assert not await is_let_in(api, token)
        assert (await signed_in(api, "ops@example.com"))["accessToken"]

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"expectedVersion": 7}, "VERSION_CONFLICT", "expectedVersion"),
            ({"accountId": 99}, "NOT_FOUND", "accountId"),
            ({"email": None}, "INVALID", "email"),
            ({"password": None}, "INVALID", "password"),
            ({"isActive": None}, "INVALID", "isActive"),
            ({"role": "RESELLER"}, "INVALID", "resellerId"),
            ({"email": "other@example.com"}, "EMAIL_TAKEN", "email"),
        ],
    )
    async def test_refuses_what_cannot_be(self, api, changes, code, field):
        account_id = await an_account(api)
        await an_account(api, email="other@example.com")

        payload = await update(api, **{"account_id": account_id, "displayName": "X"}, **changes)

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", field])

    async def test_leaves_somebody_who_manages_accounts(self, api):
        first = await an_account(api, AccountRole.ADMIN)
        second = await an_account(api, AccountRole.ADMIN, email="other@example.com")

        outcomes = await asyncio.gather(
            update(api, first, isActive=False), update(api, second, role="SUPPORT")
        )

        codes = sorted(error["code"] for each in outcomes for error in each["userErrors"])
        assert codes == ["CONFLICT"]


class TestAccess:
    async def test_is_for_administrators_of_identity_alone(self, api, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database)
        tokens = [
            api.token(Role.SUPPORT),
            api.token(Role.BILLING),
            api.token(Role.RESELLER, reseller_id=reseller_id),
            api.token(Role.CUSTOMER, customer_id=customer_id),
            api.service_token(*set(Permission) - {Permission.IDENTITY_ADMIN}),
        ]
        for token in tokens:
            listed = await api.run(LIST, token=token)
            made = await api.run(
                "mutation M($input: CreateAccountInput!) "
                "{ createAccount(input: $input) { account { accountId } } }",
                {"input": NEW},
                token=token,
            )

            for answer in (listed, made):
                codes = [error["extensions"]["code"] for error in answer["errors"]]
                assert codes == ["ACCESS_DENIED"]

    async def test_nobody_gives_or_takes_more_than_they_have(self, api):
        account_id = await an_account(api, AccountRole.ADMIN)
        token = api.service_token(Permission.IDENTITY_ADMIN)
        query = """mutation M($create: CreateAccountInput!, $update: UpdateAccountInput!,
                $service: CreateServiceAccountInput!) {
            createAccount(input: $create) { account { accountId } }
            updateAccount(input: $update) { account { accountId } }
            createServiceAccount(input: $service) { serviceAccount { name } }
        }"""
        variables = {
            "create": NEW,
            "update": {"accountId": account_id, "password": "another password"},
            "service": {"name": "radius", "scopes": ["CUSTOMER_READ"]},
        }

        answer = await api.run(query, variables, token=token)

        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert codes == ["ACCESS_DENIED"] * 3
        assert (await signed_in(api, "ops@example.com"))["accessToken"]

    async def test_administrators_list_and_filter_them(self, api):
        await an_account(api)
        await an_account(api, AccountRole.BILLING, email="bill@example.com")
        await signed_in(api, "ops@example.com")

        everybody = (await api.data(LIST))["accounts"]
        billing = (await api.data(LIST, {"filter": {"role": ["BILLING"]}}))["accounts"]
        gone = (await api.data(LIST, {"filter": {"isActive": False}}))["accounts"]

        assert [node["email"] for node in everybody["nodes"]] == [
            "ops@example.com",
            "bill@example.com",
        ]
        assert [bool(node["lastSignedInAt"]) for node in everybody["nodes"]] == [True, False]
        assert (billing["totalCount"], gone["totalCount"]) == (1, 0)
