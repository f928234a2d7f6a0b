"""Refresh tokens: good once, ended as a family, and by signing out."""

from sqlalchemy import text

from domain.kernel.access import Role
from tests.support.customers import created_customer
from tests.support.identity import PASSWORD, VIEWER, refreshed, signed_in, signed_out
from tests.support.live import deleted


class TestRefreshToken:
    async def test_gives_new_tokens_and_ends_by_that(self, api, database):
        customer_id = await created_customer(database, username="ada", password=PASSWORD)
        first = await signed_in(api)

        second = await refreshed(api, first["refreshToken"])

        assert second["userErrors"] == []
        assert second["refreshToken"] != first["refreshToken"]
        viewer = (await api.data(VIEWER, token=second["accessToken"]))["viewer"]
        assert viewer["customer"] == {"customerId": customer_id}

    async def test_used_twice_ends_the_whole_family(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        first, elsewhere = await signed_in(api), await signed_in(api)
        second = await refreshed(api, first["refreshToken"])

        again = await refreshed(api, first["refreshToken"])
        third = await refreshed(api, second["refreshToken"])
        other = await refreshed(api, elsewhere["refreshToken"])

        assert [error["code"] for error in again["userErrors"]] == ["UNAUTHENTICATED"]
        assert [error["code"] for error in third["userErrors"]] == ["UNAUTHENTICATED"]
        assert again["accessToken"] is third["accessToken"] is None
        assert other["accessToken"]

    async def test_an_access_token_is_none(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        payload = await signed_in(api)

        for token in (payload["accessToken"], "", "nonsense", "x" * 100_000):
            refused = await refreshed(api, token)

            assert [error["code"] for error in refused["userErrors"]] == ["UNAUTHENTICATED"]

    async def test_a_refresh_token_is_no_bearer_token(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        payload = await signed_in(api)

        response = await api.post(VIEWER, token=payload["refreshToken"])

        assert response.status_code == 401

    async def test_is_refused_once_it_has_expired(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        payload = await signed_in(api)
        async with database.engine.begin() as connection:
            await connection.execute(text("update identity.refresh_tokens set expires_at = now()"))

        refused = await refreshed(api, payload["refreshToken"])

        assert [error["code"] for error in refused["userErrors"]] == ["UNAUTHENTICATED"]


class TestSignOut:
    async def test_ends_the_family(self, api, database):
        await created_customer(database, username="ada", password=PASSWORD)
        first = await signed_in(api)
        second = await refreshed(api, first["refreshToken"])

        assert await signed_out(api, second["refreshToken"]) is True

        refused = await refreshed(api, second["refreshToken"])
        assert [error["code"] for error in refused["userErrors"]] == ["UNAUTHENTICATED"]

    async def test_an_unknown_token_is_no_error(self, api):
        assert await signed_out(api, "nonsense") is True


class TestDeletedCustomer:
    async def test_is_refused_at_every_door(self, api, database):
        customer_id = await created_customer(database, username="ada", password=PASSWORD)
        payload = await signed_in(api)
        fresh = api.token(Role.CUSTOMER, customer_id=customer_id)

        await deleted(api, customer_id)

        assert (await signed_in(api))["accessToken"] is None
        assert (await refreshed(api, payload["refreshToken"]))["accessToken"] is None
        assert (await api.post(VIEWER, token=payload["accessToken"])).status_code == 401
        assert (await api.post(VIEWER, token=fresh)).status_code == 401

    async def test_sees_nothing_by_a_token_that_is_still_remembered(self, api, database):
        customer_id = await created_customer(database, username="ada", password=PASSWORD)
        token = api.token(Role.CUSTOMER, customer_id=customer_id)
        await api.data(VIEWER, token=token)

        await deleted(api, customer_id)

        response = await api.post(VIEWER, token=token)
        assert response.status_code == 401 or response.json()["data"]["viewer"]["customer"] is None
