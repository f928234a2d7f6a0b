"""Operations over a socket: queries, mutations and subscriptions, each on its own."""

import pytest

from domain.kernel.access import Role
from tests.support.customers import created_customer
from tests.support.sockets import init, opened
from tests.support.waiting import eventually

EVENTS = "subscription { customerEvents { id } }"
NAME = "query Q($id: Int!) { customer(by: {customerId: $id}) { displayName } }"


def codes(message):
    return [error["extensions"]["code"] for error in message["payload"]]


class TestQueriesAndMutations:
    async def test_are_answered_once_and_completed(self, api):
        async with api.socket() as socket:
            await socket.subscribe("{ viewer { role } }", id="q")
            answers = [await socket.receive(), await socket.receive()]

        assert [(each["id"], each["type"]) for each in answers] == [
            ("q", "next"),
            ("q", "complete"),
        ]
        assert answers[0]["payload"]["data"] == {"viewer": {"role": "ADMIN"}}

    async def test_see_what_changed_since_the_last_one(self, api):
        database = api.application.services.database
        customer_id = await created_customer(database, first_name="Ada", last_name="Byron")
        rename = (
            "mutation M($id: Int!) { updateCustomer(input: {customerId: $id, "
            'lastName: "Lovelace"}) { customer { displayName } } }'
        )
        shown = []

        async with api.socket() as socket:
            for query in (NAME, rename, NAME):
                await socket.subscribe(query, {"id": customer_id}, id="same")
                shown.append((await socket.next())["data"])
                assert await socket.receive() == {"id": "same", "type": "complete"}

        assert shown == [
            {"customer": {"displayName": "Ada Byron"}},
            {"updateCustomer": {"customer": {"displayName": "Ada Lovelace"}}},
            {"customer": {"displayName": "Ada Lovelace"}},
        ]

    async def test_run_beside_a_subscription(self, api):
        async with api.socket() as socket:
            await socket.subscribe(EVENTS, id="live")
            await socket.subscribe("{ viewer { role } }", id="q")

            assert (await socket.receive())["id"] == "q"


class TestBadOperations:
    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
            ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
            ({"query": "{ nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
            ({"query": "subscription { nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
            (
                {"query": "subscription { customerEvents { id } more: customerEvents { id } }"},
                "GRAPHQL_VALIDATION_FAILED",
            ),
            ({"query": "{ viewer { role } }", "operationName": "Q"}, "BAD_REQUEST"),
            ({"query": NAME}, "BAD_USER_INPUT"),
            ({"query": NAME, "variables": {"id": 2**31}}, "BAD_USER_INPUT"),
            ({"query": NAME, "variables": {"id": 1, "x": "\0"}}, "BAD_USER_INPUT"),
            ({"query": NAME, "variables": {"id": 1, "x": [[[]] * 20_000]}}, "BAD_REQUEST"),
            ({"query": 'subscription { customerEvents(after: "x") { id } }'}, "INVALID"),
            ({"query": "subscription { customer(by: {customerId: 0}) { id } }"}, "NOT_FOUND"),
        ],
        ids=lambda value: repr(value)[:60],
    )
    async def test_end_in_an_error_and_the_socket_goes_on(self, api, payload, code):
        async with api.socket() as socket:
            await socket.send(id="bad", type="subscribe", payload=payload)
            refused = await socket.receive()
            await socket.subscribe("{ viewer { role } }", id="bad")
            answered = await socket.next()

        assert (refused["id"], refused["type"]) == ("bad", "error")
        assert codes(refused) == [code]
        assert answered["data"] == {"viewer": {"role": "ADMIN"}}

    async def test_one_more_than_fifty_at_once_is_refused(self, api):
        groups = api.application.live.groups

        async with api.socket() as socket:
            for number in range(50):
                await socket.subscribe(EVENTS, id=str(number))
            await socket.subscribe(EVENTS, id="one more")
            refused = await socket.receive()
            await eventually(lambda: groups.followers == 50)

        assert refused["id"] == "one more"
        assert codes(refused) == ["LIMIT_EXCEEDED"]
        await eventually(lambda: groups.followers == 0)


class TestNobody:
    @pytest.mark.parametrize(
        "query", ["{ viewer { role } }", EVENTS, "{ __schema { types { name } } }", "{ nonsense }"]
    )
    async def test_may_run_no_field_but_the_public_ones(self, api, query):
        async with api.socket(token=None) as socket:
            await socket.subscribe(query)
            refused = await socket.receive()

        assert refused["type"] == "error"
        assert codes(refused) == ["UNAUTHENTICATED"]

    async def test_may_run_the_public_ones(self, api):
        async with api.socket(token=None) as socket:
            await socket.subscribe('mutation { signOut(input: {refreshToken: "x"}) { signedOut } }')

            assert (await socket.next())["data"] == {"signOut": {"signedOut": True}}

    async def test_is_whoever_sends_no_payload_at_all(self, api):
        async with opened(api, {"type": "connection_init"}) as socket:
            assert await socket.receive() == {"type": "connection_ack"}


class TestSubscriptions:
    async def test_complete_stops_one_and_leaves_nothing_of_it(self, api):
        groups = api.application.live.groups

        async with api.socket() as socket:
            await socket.subscribe(EVENTS, id="a")
            await socket.subscribe(EVENTS, id="b")
            await eventually(lambda: groups.followers == 2)
            await socket.send(id="a", type="complete")
            await eventually(lambda: groups.followers == 1)
            await socket.subscribe(EVENTS, id="a")
            await eventually(lambda: groups.followers == 2)

        await eventually(lambda: groups.followers == 0)

    async def test_complete_for_an_operation_that_is_over_is_no_error(self, api):
        async with api.socket() as socket:
            await socket.send(id="never", type="complete")
            await socket.subscribe("{ viewer { role } }")

            assert (await socket.next())["data"] == {"viewer": {"role": "ADMIN"}}

    async def test_a_client_that_vanishes_leaves_nothing(self, api):
        hub = api.application.services.stream.hub

        async with api.socket() as socket:
            await socket.subscribe(EVENTS)
            await eventually(lambda: hub.followers == 1)
            socket.connection.transport.abort()
            await eventually(lambda: hub.followers == 0)

    async def test_need_the_permission_to_read_events(self, api):
        async with opened(api, init(api.service_token())) as socket:
            await socket.receive()
            await socket.subscribe(EVENTS)
            refused = await socket.receive()

        assert refused["type"] == "error"
        assert codes(refused) == ["ACCESS_DENIED"]

    async def test_fields_of_an_event_load_anew_for_each(self, api):
        database = api.application.services.database
        customer_id = await created_customer(database, first_name="Ada", last_name="Byron")
        token = api.token(Role.CUSTOMER, customer_id=customer_id)
        await api.settled()

        async with api.socket(token) as socket:
            hub = api.application.services.stream.hub
            await socket.subscribe("subscription { customerEvents { customer { displayName } } }")
            await eventually(lambda: hub.followers == 1)
            shown = []
            for name in ("King", "Lovelace"):
                await api.mutate(
                    "updateCustomer",
                    {"customerId": customer_id, "lastName": name},
                    "customer { id }",
                )
                shown.append((await socket.next())["data"]["customerEvents"]["customer"])

        assert shown == [{"displayName": "Ada King"}, {"displayName": "Ada Lovelace"}]
