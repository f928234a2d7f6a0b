"""graphql-transport-ws: a wrong message closes the socket with the protocol's code."""

import asyncio
import json
from datetime import timedelta

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from domain.kernel.access import Role
from graph.transport.websocket import GraphQLSocket
from tests.support.customers import created_customer
from tests.support.live import caught_up, deleted
from tests.support.sockets import closing_of, init, opened
from tests.support.waiting import eventually

EVENTS = "subscription { customerEvents { id } }"
QUIET = "subscription { customerEvents(filter: {customerId: 1000000}) { id } }"
ASKED = {"query": "{ viewer { role } }"}


class TestHandshake:
    async def test_chooses_the_protocol(self, api):
        async with opened(api, protocols=("graphql-ws", "graphql-transport-ws")) as socket:
            assert socket.connection.subprotocol == "graphql-transport-ws"

    @pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("x", "Graphql-Transport-Ws")])
    async def test_closes_4406_without_it(self, api, protocols):
        async with opened(api, protocols=protocols) as socket:
            assert await closing_of(socket) == (4406, "Subprotocol not acceptable")

    async def test_another_sites_page_gets_no_socket(self, api):
        url = api.url.replace("http://", "ws://") + "/graphql"

        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(
                url, subprotocols=["graphql-transport-ws"], origin="https://evil.example"
            )

        assert refused.value.response.status_code == 403

    async def test_the_applications_own_page_gets_one(self, api):
        url = api.url.replace("http://", "ws://") + "/graphql"

        async with websockets.connect(
            url, subprotocols=["graphql-transport-ws"], origin=api.url
        ) as connection:
            assert connection.subprotocol == "graphql-transport-ws"

    @pytest.mark.parametrize("path", ["/", "/graphql/", "/x"])
    async def test_there_is_no_socket_at_any_other_path(self, api, path):
        with pytest.raises(InvalidStatus):
            await websockets.connect(api.url.replace("http://", "ws://") + path)


class TestInit:
    async def test_is_acknowledged(self, api):
        async with opened(api, init(api.token())) as socket:
            acknowledged = await socket.receive()

        cursor = api.application.services.stream.hub.cursor
        assert acknowledged == {"type": "connection_ack", "payload": {"cursor": cursor}}

    async def test_tells_no_cursor_to_who_may_not_read_events(self, api):
        async with opened(api, init(api.service_token())) as socket:
            assert await socket.receive() == {"type": "connection_ack"}

    async def test_closes_4408_if_it_does_not_come(self, api, monkeypatch):
        monkeypatch.setattr(GraphQLSocket, "init_seconds", 0.1)

        async with opened(api, {"type": "ping"}) as socket:
            assert await closing_of(socket) == (4408, "Connection initialisation timeout")

    async def test_closes_4429_if_it_comes_twice(self, api):
        async with opened(api, init(api.token()), init(api.token())) as socket:
            assert await closing_of(socket) == (4429, "Too many initialisation requests")

    @pytest.mark.parametrize(
        "authorization", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "Bearer \0"]
    )
    async def test_closes_4403_for_a_bad_token(self, api, authorization):
        message = {"type": "connection_init", "payload": {"authorization": authorization}}

        async with opened(api, message) as socket:
            assert await closing_of(socket) == (4403, "Forbidden")

    async def test_closes_4403_for_a_customer_that_is_not_there(self, api):
        token = api.token(Role.CUSTOMER, customer_id=2**31 - 1)

        async with opened(api, init(token)) as socket:
            assert await closing_of(socket) == (4403, "Forbidden")

    async def test_closes_4403_when_the_token_ends_and_stops_what_ran(self, api):
        hub = api.application.services.stream.hub
        token = api.token(ttl=timedelta(seconds=3))

        async with api.socket(token) as socket:
            await socket.subscribe(EVENTS)
            await eventually(lambda: hub.followers == 1)
            closing = await closing_of(socket)

        assert closing == (4403, "Token expired")
        await eventually(lambda: hub.followers == 0)

    async def test_closes_4403_before_the_next_event_when_the_account_is_gone(
        self, api, monkeypatch
    ):
        # Half a minute has always passed.
        monkeypatch.setattr("graph.authentication._REMEMBERED_SECONDS", 0)
        customer_id = await created_customer(api.application.services.database)
        await caught_up(api)

        async with api.socket(api.token(Role.CUSTOMER, customer_id=customer_id)) as socket:
            await socket.subscribe(EVENTS)
            await eventually(lambda: api.application.live.groups.followers == 1)
            await deleted(api, customer_id)
            closing = await closing_of(socket)

        assert closing == (4403, "Forbidden")

    async def test_closes_4429_for_one_socket_too_many_of_an_account(self, api, monkeypatch):
        monkeypatch.setattr(api.application.live.principals, "_most", 2)
        token = api.token(Role.SUPPORT)

        async with (
            api.socket(token),
            api.socket(token),
            api.socket(api.token(Role.BILLING)),
            opened(api, init(token)) as socket,
        ):
            closing = await closing_of(socket)
        async with api.socket(token):
            pass

        assert closing == (4429, "More than 2 sockets and event streams of one account")

    async def test_those_without_a_token_count_as_one_account(self, api, monkeypatch):
        monkeypatch.setattr(api.application.live.principals, "_most", 1)

        async with api.socket(None) as socket, opened(api, init(None)) as another:
            await socket.subscribe("{ __typename }")
            assert (await socket.next())["data"] == {"__typename": "Query"}

            assert (await closing_of(another))[0] == 4429

    async def test_closes_4403_when_nobody_has_signed_in_for_long(self, api, monkeypatch):
        monkeypatch.setattr(GraphQLSocket, "anonymous_seconds", 0.1)

        async with opened(api, init(None)) as socket:
            assert await closing_of(socket) == (4403, "Sign in and connect anew with the token")

    async def test_closes_4403_a_quiet_socket_of_an_account_that_is_gone(self, api, monkeypatch):
        monkeypatch.setattr("graph.authentication._REMEMBERED_SECONDS", 0)
        monkeypatch.setattr(GraphQLSocket, "checkpoint_seconds", 0.1)
        customer_id = await created_customer(api.application.services.database)

        async with api.socket(api.token(Role.CUSTOMER, customer_id=customer_id)) as socket:
            await deleted(api, customer_id)

            assert await closing_of(socket) == (4403, "Forbidden")

    async def test_closes_1007_for_text_that_is_no_utf_8_and_logs_no_error(self, api, caplog):
        async with opened(api, init(api.token())) as socket:
            await socket.connection.send(b"\xff\xfe", text=True)

            assert (await closing_of(socket))[0] == 1007
        assert [each for each in caplog.records if each.levelname == "ERROR"] == []

    async def test_closes_4401_for_an_operation_before_it(self, api):
        message = {"type": "subscribe", "id": "1", "payload": ASKED}

        async with opened(api, message) as socket:
            assert await closing_of(socket) == (4401, "Unauthorized")


MALFORMED = [
    b"bytes",
    "",
    "{",
    "NaN",
    "null",
    "1",
    '"text"',
    "[]",
    "{}",
    '{"type": null}',
    '{"type": 1}',
    '{"type": ["ping"]}',
    '{"type": ""}',
    '{"type": "start", "id": "1"}',
    '{"type": "connection_ack"}',
    '{"type": "next", "id": "1", "payload": {}}',
    r'{"type": "ping", "payload": "\ud800"}',
    "[" * 50_000,
    '{"type": "ping", "payload": 1}',
    '{"type": "ping", "payload": []}',
    '{"type": "pong", "payload": "x"}',
    '{"type": "connection_init", "payload": "x"}',
    '{"type": "connection_init", "payload": {"authorization": 1}}',
    '{"type": "connection_init", "payload": {"authorization": ["Bearer x"]}}',
]
MALFORMED_OPERATIONS = [
    {"type": "complete"},
    {"type": "complete", "id": 1},
    {"type": "complete", "id": ""},
    {"type": "subscribe", "payload": ASKED},
    {"type": "subscribe", "id": None, "payload": ASKED},
    {"type": "subscribe", "id": "", "payload": ASKED},
    {"type": "subscribe", "id": 7, "payload": ASKED},
    {"type": "subscribe", "id": "x" * 129, "payload": ASKED},
    {"type": "subscribe", "id": ["1"], "payload": ASKED},
    {"type": "subscribe", "id": "1"},
    {"type": "subscribe", "id": "1", "payload": None},
    {"type": "subscribe", "id": "1", "payload": []},
    {"type": "subscribe", "id": "1", "payload": {}},
    {"type": "subscribe", "id": "1", "payload": {"query": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": None}},
    {"type": "subscribe", "id": "1", "payload": {**ASKED, "variables": []}},
    {"type": "subscribe", "id": "1", "payload": {**ASKED, "operationName": {}}},
    {"type": "subscribe", "id": "1", "payload": {**ASKED, "extensions": "x"}},
]


class TestMessages:
    @pytest.mark.parametrize("message", MALFORMED, ids=lambda message: repr(message)[:60])
    async def test_a_malformed_one_closes_4400(self, api, message):
        async with opened(api, message) as socket:
            code, reason = await closing_of(socket)

        assert code == 4400
        assert reason

    @pytest.mark.parametrize(
        "message", MALFORMED_OPERATIONS, ids=lambda message: repr(message)[:60]
    )
    async def test_a_malformed_operation_closes_4400(self, api, message):
        async with opened(api, init(api.token()), message) as socket:
            code, reason = await closing_of(socket)

        assert code == 4400
        assert reason

    @pytest.mark.parametrize("operation_id", ["1", "x" * 128, "😀" * 128])
    async def test_an_id_in_use_closes_4409(self, api, operation_id):
        hub = api.application.services.stream.hub
        message = {"type": "subscribe", "id": operation_id, "payload": {"query": EVENTS}}

        async with opened(api, init(api.token()), message, message) as socket:
            code, reason = await closing_of(socket)

        assert code == 4409
        assert reason.startswith(f"Subscriber for {operation_id}"[:40])
        await eventually(lambda: hub.followers == 0)

    async def test_a_ping_is_answered_at_any_time(self, api):
        ping = {"type": "ping", "payload": {"at": "1"}}

        async with opened(api, ping, {"type": "pong"}, init(api.token()), ping) as socket:
            received = [(await socket.receive())["type"] for _ in range(3)]

        assert received == ["pong", "connection_ack", "pong"]


class TestCheckpoints:
    async def test_tell_a_client_whose_events_do_not_come_how_far_it_has_come(
        self, api, monkeypatch
    ):
        monkeypatch.setattr(GraphQLSocket, "checkpoint_seconds", 0.05)
        await caught_up(api)

        async with opened(api, init(api.token())) as socket:
            await socket.receive()
            await socket.subscribe(QUIET)
            await created_customer(api.application.services.database)
            await caught_up(api)
            passed = api.application.services.stream.hub.cursor
            message: dict = {}
            async with asyncio.timeout(60):
                while message.get("payload") != {"cursor": passed}:
                    message = json.loads(await socket.connection.recv())

        assert message["type"] == "ping"

    async def test_are_not_told_to_a_client_that_follows_nothing(self, api, monkeypatch):
        monkeypatch.setattr(GraphQLSocket, "checkpoint_seconds", 0.01)

        async with opened(api, init(api.token())) as socket:
            await socket.receive()
            await asyncio.sleep(0.1)
            await socket.send(type="ping")

            assert json.loads(await socket.connection.recv()) == {"type": "pong"}
