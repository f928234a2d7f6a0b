"""Who sees which lifecycle events: the same rows as anywhere else."""

from contextlib import AsyncExitStack

import pytest
from websockets import ConnectionClosed

from domain.kernel.access import Permission, Role
from tests.support.customers import created_customer, created_reseller
from tests.support.live import TYPES, beginning, born, deleted, following, lifecycle, lived, renamed
from tests.support.waiting import eventually


class TestRowPolicy:
    async def test_each_sees_the_events_of_its_rows_past_and_live(self, api, database):
        parent = await created_reseller(database)
        child = await created_reseller(database, parent_id=parent)
        other = await created_reseller(database)
        third = await created_reseller(database)
        ours = await born(api, resellerId=child)
        theirs = await born(api, resellerId=other)
        thirds = await born(api, resellerId=third)
        everything = {ours, theirs, thirds}
        scopes = {
            api.token(Role.ADMIN): everything,
            api.token(Role.SUPPORT): everything,
            api.token(Role.BILLING): everything,
            api.service_token(Permission.EVENT_READ): everything,
            api.token(Role.RESELLER, reseller_id=parent): {ours},
            api.token(Role.RESELLER, reseller_id=child): {ours},
            api.token(Role.RESELLER, reseller_id=other): {theirs},
            api.token(Role.RESELLER, reseller_id=third): {thirds},
            api.token(Role.CUSTOMER, customer_id=ours): {ours},
            api.token(Role.CUSTOMER, customer_id=theirs): {theirs},
            api.token(Role.CUSTOMER, customer_id=thirds): {thirds},
        }
        for customer_id in (ours, theirs):
            await lived(api, database, customer_id)
        await api.settled()
        happened = await lifecycle(database)

        async with AsyncExitStack() as stack:
            feeds = {
                token: await stack.enter_async_context(following(api, token, after=beginning(api)))
                for token in scopes
            }
            for customer_id in (theirs, ours, thirds):
                await renamed(api, customer_id, "King")
            changes = [("customer.updated", each) for each in (theirs, ours, thirds)]
            facts = {
                token: [fact for fact in happened + changes if fact[1] in scope]
                for token, scope in scopes.items()
            }
            told = {token: await feeds[token].facts(len(facts[token])) for token in scopes}

        assert len(happened) == 3 + 2 * 7
        assert told == {
            token: [(TYPES[kind], customer_id) for kind, customer_id in expected]
            for token, expected in facts.items()
        }

    async def test_a_deleted_customer_is_told_nothing_more(self, api, database):
        ours, theirs = await born(api), await born(api)
        await api.settled()

        async with following(api, api.token(Role.CUSTOMER, customer_id=ours)) as feed:
            await deleted(api, theirs)
            await deleted(api, ours)

            with pytest.raises(ConnectionClosed) as closed:
                await feed.facts(1)

        assert closed.value.rcvd.code == 4403

    async def test_a_filter_widens_nothing(self, api, database):
        ours, theirs = await born(api), await born(api)
        await api.settled()
        token = api.token(Role.CUSTOMER, customer_id=ours)

        async with api.socket(token) as socket:
            query = (
                "subscription S($id: Int!) "
                "{ customerEvents(filter: {customerId: $id}) { customerId } }"
            )
            await socket.subscribe(query, {"id": theirs}, id="theirs")
            await socket.subscribe(query, {"id": ours}, id="ours")
            await eventually(lambda: api.application.services.stream.hub.followers == 2)
            await renamed(api, theirs, "Other")
            await renamed(api, ours, "Sentinel")
            received = await socket.receive()

        assert received["id"] == "ours"
        assert received["payload"] == {"data": {"customerEvents": {"customerId": ours}}}

    async def test_a_moved_customers_events_go_to_the_reseller_it_has_then(self, api, database):
        first = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=first)
        await created_customer(database)
        await api.settled()
        token = api.token(Role.RESELLER, reseller_id=first)

        async with following(api, token, after=beginning(api)) as feed:
            event = await feed.next()

        assert (event["customerId"], event["customer"]["customerId"]) == (customer_id, customer_id)
