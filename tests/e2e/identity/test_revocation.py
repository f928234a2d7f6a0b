"""What ends access: signing out, a stolen refresh token, a new password, a closed door."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest
import websockets
from sqlalchemy import text

from domain.identity.models import AccountRole
from domain.kernel.access import Role
from graph.authentication import Identity
from tests.support.customers import created_customer, created_reseller
from tests.support.identity import (
    PASSWORD,
    an_account,
    eventually_shut,
    is_let_in,
    refreshed,
    signed_in,
    signed_out,
)
from tests.support.live import deleted
from tests.support.waiting import eventually

FOLLOWED = "subscription { customer(by: {customerId: %d}) { displayName } }"


@pytest.fixture
async def ada(database) -> int:
    return await created_customer(database, username="ada", password=PASSWORD)


class TestSigningOut:
    async def test_ends_the_access_tokens_of_that_sign_in_at_once(self, api, ada):
        here, elsewhere = await signed_in(api), await signed_in(api)
        again = await refreshed(api, here["refreshToken"])
        before = [await is_let_in(api, each["accessToken"]) for each in (here, again, elsewhere)]

        await signed_out(api, again["refreshToken"])

        after = [await is_let_in(api, each["accessToken"]) for each in (here, again, elsewhere)]
        assert (before, after) == ([True, True, True], [False, False, True])

    async def test_by_a_token_that_was_used_up_ends_it_too(self, api, ada):
        first = await signed_in(api)
        second = await refreshed(api, first["refreshToken"])

        await signed_out(api, first["refreshToken"])

        assert not await is_let_in(api, second["accessToken"])

    async def test_everywhere_ends_all_of_them_and_nobody_elses(self, api, ada, database):
        await created_customer(database, username="grace", password=PASSWORD)
        here, elsewhere = await signed_in(api), await signed_in(api)
        other = await signed_in(api, "grace")

        await signed_out(api, here["refreshToken"], everywhere=True)

        after = [await is_let_in(api, each["accessToken"]) for each in (here, elsewhere, other)]
        assert after == [False, False, True]
        assert (await refreshed(api, elsewhere["refreshToken"]))["accessToken"] is None

    async def test_a_token_of_long_ago_ends_nothing_everywhere(self, api, ada):
        old = await signed_in(api)
        await signed_out(api, old["refreshToken"])
        present = await signed_in(api)

        await signed_out(api, old["refreshToken"], everywhere=True)

        assert await is_let_in(api, present["accessToken"])

    async def test_closes_a_socket_at_its_next_message(self, api, ada):
        payload = await signed_in(api)
        async with api.socket(payload["accessToken"]) as socket:
            await signed_out(api, payload["refreshToken"])
            await socket.subscribe("{ viewer { subject } }")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.receive()

        assert closed.value.rcvd.code == 4403

    async def test_nothing_more_is_told_to_a_subscription(self, api, ada):
        payload = await signed_in(api)
        await api.settled()
        async with api.socket(payload["accessToken"]) as socket:
            await socket.subscribe(FOLLOWED % ada)
            await socket.next()
            await eventually(lambda: api.application.services.stream.hub.followers == 1)
            await signed_out(api, payload["refreshToken"])

            changes = {"customerId": ada, "lastName": "Byron"}
            await api.mutate("updateCustomer", changes, "customer { id }")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.receive()

        assert closed.value.rcvd.code == 4403

    async def test_is_known_to_another_process_within_half_a_minute(
        self, api, ada, database, monkeypatch
    ):
        payload = await signed_in(api)
        authenticator = type(api.application.authenticator)(
            database, api.application.services.tokens
        )
        identity = Identity(authenticator, f"Bearer {payload['accessToken']}")
        await identity.actor()
        await signed_out(api, payload["refreshToken"])
        remembered = await identity.actor()
        [(until, _)] = authenticator._known.values()

        later = SimpleNamespace(monotonic=lambda: until, time=time.time)
        monkeypatch.setattr("graph.authentication.time", later)
        with pytest.raises(Exception, match="The token is not valid"):
            await identity.actor()

        assert remembered.customer_id == ada


class TestRefreshing:
    async def test_twice_ends_the_access_tokens_too(self, api, ada):
        first = await signed_in(api)
        second = await refreshed(api, first["refreshToken"])
        assert await is_let_in(api, second["accessToken"])

        await refreshed(api, first["refreshToken"])

        assert not await is_let_in(api, first["accessToken"])
        assert not await is_let_in(api, second["accessToken"])

    async def test_twenty_times_at_once_gives_tokens_once_and_ends_the_sign_in(self, api, ada):
        first = await signed_in(api)

        answers = await asyncio.gather(*(refreshed(api, first["refreshToken"]) for _ in range(20)))

        won = [answer for answer in answers if answer["accessToken"]]
        assert len(won) == 1
        assert not await is_let_in(api, won[0]["accessToken"])
        assert (await refreshed(api, won[0]["refreshToken"]))["accessToken"] is None

    async def test_keeps_nobody_signed_in_for_longer_than_ninety_days(self, api, ada, database):
        first = await signed_in(api)
        async with database.engine.begin() as connection:
            await connection.execute(
                text("update identity.sign_ins set expires_at = now() + interval '1 second'")
            )

        second = await refreshed(api, first["refreshToken"])

        async with database.reading() as connection:
            ends = "select max(expires_at) < now() + interval '1 minute' from %s"
            last = "identity.refresh_tokens where used_at is null"
            assert second["accessToken"]
            assert await connection.scalar(text(ends % last))


class TestShutOut:
    async def closed(self, api, database, customer_id: int) -> None:
        async with database.engine.begin() as connection:
            await connection.execute(text("update customer.customers set status = 'INACTIVE'"))
        changes = {"customerId": customer_id, "status": "CLOSED"}
        payload = await api.mutate("changeCustomerStatus", changes, "customer { status }")
        assert payload["customer"] == {"status": "CLOSED"}

    async def test_a_deleted_or_closed_customer_is_with_every_token(self, api, database):
        doors: dict[str, Callable[[int], Awaitable[None]]] = {
            "gone": lambda customer_id: deleted(api, customer_id),
            "left": lambda customer_id: self.closed(api, database, customer_id),
        }
        for username, shut in doors.items():
            customer_id = await created_customer(database, username=username, password=PASSWORD)
            payload = await signed_in(api, username)
            minted = api.token(Role.CUSTOMER, customer_id=customer_id)
            tokens = (payload["accessToken"], minted)
            assert [await is_let_in(api, token) for token in tokens] == [True, True]

            await shut(customer_id)

            for token in tokens:
                await eventually_shut(api, token)
            assert (await refreshed(api, payload["refreshToken"]))["accessToken"] is None
            assert (await signed_in(api, username))["accessToken"] is None

    async def test_a_terminated_reseller_is_with_all_its_people(self, api, database):
        reseller_id = await created_reseller(database)
        await an_account(api, AccountRole.RESELLER, reseller_id=reseller_id)
        payload = await signed_in(api, "ops@example.com")
        assert await is_let_in(api, payload["accessToken"])

        changes = {"resellerId": reseller_id, "status": "TERMINATED", "reason": "over"}
        await api.mutate("changeResellerStatus", changes, "reseller { status }")

        await eventually_shut(api, payload["accessToken"])
        assert (await refreshed(api, payload["refreshToken"]))["accessToken"] is None
        assert (await signed_in(api, "ops@example.com"))["accessToken"] is None


class TestSignIns:
    QUERY = "{ viewer { signIns { id client isCurrent signedInAt lastUsedAt expiresAt } } }"

    async def test_are_listed_for_their_owner_and_ended_one_by_one(self, api, ada, database):
        await created_customer(database, username="grace", password=PASSWORD)
        here, elsewhere = await signed_in(api), await signed_in(api)
        other = await signed_in(api, "grace")
        [newest, first] = (await api.data(self.QUERY, token=here["accessToken"]))["viewer"][
            "signIns"
        ]

        def end(sign_in_id, token):
            return api.mutate("endSignIn", {"signInId": sign_in_id}, "ended", token=token)

        foreign = await end(newest["id"], other["accessToken"])
        ended = await end(newest["id"], here["accessToken"])
        again = await end(newest["id"], here["accessToken"])
        nonsense = await end("nonsense", here["accessToken"])

        assert (newest["isCurrent"], first["isCurrent"]) == (False, True)
        assert (first["client"], newest["client"]) == ("127.0.0.0/24", "127.0.0.0/24")
        ends = [payload["ended"] for payload in (foreign, ended, again, nonsense)]
        assert ends == [False, True, False, False]
        assert not await is_let_in(api, elsewhere["accessToken"])
        assert await is_let_in(api, here["accessToken"])
        assert await is_let_in(api, other["accessToken"])
        [left] = (await api.data(self.QUERY, token=here["accessToken"]))["viewer"]["signIns"]
        assert left["id"] == first["id"]

    async def test_are_none_of_whoever_has_not_signed_in_by_password(self, api, ada):
        for token in (api.token(), api.service_token()):
            assert (await api.data(self.QUERY, token=token))["viewer"]["signIns"] == []
