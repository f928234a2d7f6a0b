"""The guide's eight lifecycle events, live over a WebSocket."""

from tests.support.customers import created_reseller
from tests.support.live import (
    EVENTS,
    TYPES,
    beginning,
    born,
    deleted,
    following,
    lifecycle,
    lived,
    renamed,
)
from tests.support.waiting import eventually

COMMON = ("id", "type", "timestamp", "cursor", "customerId", "transactionId", "actor", "customer")


def own(event):
    """What the event's type adds to the interface, and the guide's data."""
    return {name: value for name, value in event.items() if name not in COMMON}


class TestEvents:
    async def test_all_eight_arrive_with_their_fields(self, api, database):
        async with following(api) as feed:
            customer_id = await born(api)
            await lived(api, database, customer_id)
            await deleted(api, customer_id)
            events = await feed.some(9)

        (
            created,
            updated,
            state,
            address,
            moved,
            removed,
            document,
            email,
            gone,
        ) = (own(event) for event in events)
        data = created.pop("data")
        assert data == {
            "customer_id": customer_id,
            "customer_type": "INDIVIDUAL",
            "email": "ada@example.com",
            "status": "ACTIVE",
        }
        assert created == {
            "__typename": "CustomerCreated",
            "customerType": "INDIVIDUAL",
            "email": "ada@example.com",
            "status": "ACTIVE",
        }
        assert updated == {
            "__typename": "CustomerUpdated",
            "changedFields": ["last_name"],
            "status": "ACTIVE",
            "data": {
                "customer_id": customer_id,
                "changed_fields": ["last_name"],
                "status": "ACTIVE",
            },
        }
        assert state == {
            "__typename": "SubscriptionStateChanged",
            "from": "INACTIVE",
            "to": "PENDING_PAYMENT",
            "reason": "first invoice",
            "data": {
                "customer_id": customer_id,
                "from_state": "INACTIVE",
                "to_state": "PENDING_PAYMENT",
                "reason": "first invoice",
            },
        }
        address_id = address["data"].pop("address_id")
        assert address == {
            "__typename": "AddressCreated",
            "addressType": "BILLING",
            "data": {"customer_id": customer_id, "address_type": "BILLING"},
        }
        for event, is_removed in ((moved, False), (removed, True)):
            assert event == {
                "__typename": "AddressUpdated",
                "addressType": "BILLING",
                "removed": is_removed,
                "data": {
                    "customer_id": customer_id,
                    "address_id": address_id,
                    "address_type": "BILLING",
                    "removed": is_removed,
                },
            }
        assert document["data"].pop("document_id") > 0
        assert document == {
            "__typename": "DocumentVerified",
            "documentType": "PASSPORT",
            "data": {"customer_id": customer_id, "document_type": "PASSPORT"},
        }
        assert email["data"].pop("verified_at").endswith("Z")
        assert email == {
            "__typename": "EmailVerified",
            "verifiedEmail": "ada@example.com",
            "data": {"customer_id": customer_id, "email": "ada@example.com"},
        }
        assert gone == {"__typename": "CustomerDeleted", "data": {"customer_id": customer_id}}

    async def test_say_who_when_and_of_which_change(self, api, database):
        customer_id = await born(api)
        await api.settled()

        async with following(api) as feed:
            await renamed(api, customer_id, "King")
            event = await feed.next()

        assert event["type"] == "CUSTOMER_UPDATED"
        assert event["customerId"] == customer_id
        assert event["actor"] == "staff:ADMIN"
        assert event["timestamp"].endswith("Z")
        assert event["id"] != event["transactionId"]
        timeline = await api.data(
            "query T($id: Int!) { customer(by: {customerId: $id}) "
            "{ timeline(first: 1) { nodes { id type timestamp cursor transactionId } } } }",
            {"id": customer_id},
        )
        assert timeline["customer"]["timeline"]["nodes"] == [
            {name: event[name] for name in ("id", "type", "timestamp", "cursor", "transactionId")}
        ]

    async def test_show_the_customer_as_it_is_and_null_once_deleted(self, api):
        async with following(api) as feed:
            customer_id = await born(api)
            shown = [(await feed.next())["customer"]]
            await renamed(api, customer_id, "Lovelace")
            shown.append((await feed.next())["customer"])
            await deleted(api, customer_id)
            shown.append((await feed.next())["customer"])

        assert shown == [
            {"customerId": customer_id, "displayName": "Ada Byron"},
            {"customerId": customer_id, "displayName": "Ada Lovelace"},
            None,
        ]

    async def test_what_is_rolled_back_is_not_announced(self, api, database):
        taken = await born(api, username="ada")
        other = await born(api)
        await api.settled()

        async with following(api) as feed:
            refused = await api.mutate(
                "updateCustomer", {"customerId": other, "username": "ada"}, "customer { id }"
            )
            await renamed(api, taken, "Sentinel")
            event = await feed.next()

        assert refused["userErrors"][0]["code"] == "USERNAME_TAKEN"
        assert event["customer"]["displayName"] == "Ada Sentinel"


class TestFilter:
    async def test_by_type(self, api, database):
        hub = api.application.services.stream.hub

        async with api.socket() as socket:
            for dotted in TYPES:
                name = dotted.replace(".", "_").upper()
                await socket.subscribe(EVENTS, {"filter": {"types": [name]}}, id=dotted)
            await eventually(lambda: hub.followers == len(TYPES))
            customer_id = await born(api)
            await lived(api, database, customer_id)
            await deleted(api, customer_id)
            happened = await lifecycle(database)
            messages = [await socket.receive() for _ in happened]

        received = [
            (message["id"], message["payload"]["data"]["customerEvents"]["__typename"])
            for message in messages
        ]
        assert sorted(received) == sorted((kind, TYPES[kind]) for kind, _ in happened)
        assert {kind for kind, _ in received} == set(TYPES)

    async def test_by_customer(self, api):
        ours, theirs = await born(api), await born(api)
        await api.settled()

        async with following(api, customerId=ours) as feed:
            await renamed(api, theirs, "Other")
            await renamed(api, ours, "Sentinel")

            assert await feed.facts(1) == [("CustomerUpdated", ours)]

    async def test_by_reseller(self, api, database):
        reseller_id = await created_reseller(database)
        child_id = await created_reseller(database, parent_id=reseller_id)
        await api.settled()

        async with following(api, resellerId=reseller_id) as feed:
            await born(api)
            await born(api, resellerId=child_id)
            sentinel = await born(api, resellerId=reseller_id)

            assert await feed.facts(1) == [("CustomerCreated", sentinel)]

    async def test_all_conditions_hold_at_once_in_the_past_too(self, api, database):
        reseller_id = await created_reseller(database)
        wanted = {
            "types": ["CUSTOMER_UPDATED"],
            "resellerId": reseller_id,
        }
        ours = await born(api, resellerId=reseller_id)
        theirs = await born(api)
        await renamed(api, theirs, "A")
        await renamed(api, ours, "B")
        await api.settled()

        async with following(api, after=beginning(api), customerId=ours, **wanted) as feed:
            assert await feed.facts(1) == [("CustomerUpdated", ours)]
