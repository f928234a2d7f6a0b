"""``customer(by)`` live: the customer now, again at each change, and the end when it is deleted."""

import pytest

from domain.kernel.access import Role
from graph.ids import encode_id
from tests.support.customers import created_reseller
from tests.support.live import born, caught_up, deleted, renamed
from tests.support.waiting import eventually

LIVE = "subscription S($by: CustomerBy!) { customer(by: $by) { displayName version } }"


class TestCustomer:
    async def test_is_shown_now_at_each_change_and_no_more_once_deleted(self, api):
        customer_id = await born(api)
        await caught_up(api)
        shown = []

        async with api.socket() as socket:
            await socket.subscribe(LIVE, {"by": {"customerId": customer_id}})
            shown.append(await socket.next())
            for name in ("King", "Lovelace"):
                await renamed(api, customer_id, name)
                shown.append(await socket.next())
            await deleted(api, customer_id)
            completed = await socket.receive()

        assert [payload["data"]["customer"] for payload in shown] == [
            {"displayName": "Ada Byron", "version": 1},
            {"displayName": "Ada King", "version": 2},
            {"displayName": "Ada Lovelace", "version": 3},
        ]
        assert completed == {"id": "1", "type": "complete"}
        hub = api.application.services.stream.hub
        await eventually(lambda: hub.followers == 0)

    async def test_others_changes_are_not_shown(self, api):
        ours, theirs = await born(api), await born(api)
        await caught_up(api)

        async with api.socket() as socket:
            await socket.subscribe(LIVE, {"by": {"customerId": ours}})
            await socket.next()
            await renamed(api, theirs, "Other")
            await renamed(api, ours, "Sentinel")
            payload = await socket.next()

        assert payload["data"]["customer"]["displayName"] == "Ada Sentinel"

    @pytest.mark.parametrize("name", ["id", "customerNumber", "username", "email"])
    async def test_is_found_by_each_of_its_names(self, api, name):
        customer_id = await born(api, username="ada")
        by = {
            "id": encode_id("Customer", customer_id),
            "customerNumber": f"C-{1_000_000 + customer_id}",
            "username": "ada",
            "email": "ada@example.com",
        }

        async with api.socket() as socket:
            await socket.subscribe(LIVE, {"by": {name: by[name]}})
            payload = await socket.next()

        assert payload["data"]["customer"]["displayName"] == "Ada Byron"

    async def test_a_change_right_after_the_first_answer_is_not_missed(self, api):
        customer_id = await born(api)
        await caught_up(api)

        for number in range(5):
            async with api.socket() as socket:
                await socket.subscribe(LIVE, {"by": {"customerId": customer_id}})
                await renamed(api, customer_id, f"Name {number}")
                shown = ""
                while shown != f"Ada Name {number}":
                    shown = (await socket.next())["data"]["customer"]["displayName"]

    async def test_is_null_to_nobody_but_an_error_to_whom_it_does_not_belong(self, api, database):
        reseller_id = await created_reseller(database)
        customer_id = await born(api)
        mine = await born(api, resellerId=reseller_id)
        tokens = [
            api.token(Role.RESELLER, reseller_id=reseller_id),
            api.token(Role.CUSTOMER, customer_id=mine),
        ]

        for token in tokens:
            async with api.socket(token) as socket:
                await socket.subscribe(LIVE, {"by": {"customerId": customer_id}})
                refused = await socket.receive()

            assert refused["type"] == "error"
            assert refused["payload"][0]["extensions"]["code"] == "NOT_FOUND"
