"""GraphQL over server-sent events: one operation a stream, resumed by the browser's own header."""

import asyncio
from datetime import timedelta

import pytest

from domain.kernel.access import Role
from graph.transport.sse import SubscriptionResponse
from tests.support.customers import created_customer
from tests.support.live import beginning, caught_up
from tests.support.streams import SSE, streaming, wanting
from tests.support.transport import refusals
from tests.support.waiting import eventually

IDS = "subscription { customerEvents { id cursor customerId } }"
BEHIND = """subscription S($filter: CustomerEventFilter, $after: String) {
  customerEvents(filter: $filter, after: $after) { id cursor customerId }
}"""
RENAME = """mutation($id: Int!, $name: String!) {
  updateCustomer(input: {customerId: $id, lastName: $name}) { customer { displayName } }
}"""


async def posted(api, body, *, token="admin", **headers):
    token = api.token() if token == "admin" else token
    return await api.http.post("/graphql", json=body, headers=wanting(token, **headers))


class TestSubscriptions:
    async def test_stream_events_with_their_cursors_as_ids(self, api):
        await caught_up(api)

        async with streaming(api, IDS) as stream:
            customer_id = await created_customer(api.application.services.database)
            block = await stream.next()

        event = block.payload["data"]["customerEvents"]
        assert event["customerId"] == customer_id
        assert block.id == event["cursor"]
        assert stream.response.headers["content-type"] == f"{SSE}; charset=utf-8"
        assert stream.response.headers["cache-control"] == "no-store"
        assert stream.response.headers["x-accel-buffering"] == "no"

    async def test_resume_behind_the_last_id_whatever_after_says(self, api):
        database = api.application.services.database
        ids = [await created_customer(database) for _ in range(3)]
        await caught_up(api)
        async with streaming(api, BEHIND, {"after": None}) as stream:
            ids.append(await created_customer(database))
            last = (await stream.next()).id
        ids += [await created_customer(database) for _ in range(2)]

        async with streaming(
            api, BEHIND, {"after": beginning(api)}, Last_Event_ID=last or ""
        ) as stream:
            told = [(await stream.next()).payload for _ in range(2)]

        assert [each["data"]["customerEvents"]["customerId"] for each in told] == ids[-2:]

    async def test_of_the_same_bytes_as_a_socket(self, api):
        await caught_up(api)
        groups = api.application.live.groups

        async with streaming(api, IDS) as stream, api.socket() as socket:
            before = groups.followers
            await socket.subscribe(IDS)
            await eventually(lambda: groups.followers > before)
            await created_customer(api.application.services.database)
            block, payload = await stream.next(), await socket.next()
            shared = len(groups)

        assert block.payload == payload
        assert shared == 1

    async def test_leave_nothing_when_the_client_leaves(self, api):
        async with streaming(api, IDS):
            await eventually(lambda: api.application.live.groups.followers == 1)

        await eventually(lambda: api.application.live.groups.followers == 0)
        await eventually(lambda: api.application.services.stream.hub.followers == 0)

    async def test_end_with_a_clear_error_when_the_token_does(self, api):
        async with streaming(api, IDS, token=api.token(ttl=timedelta(seconds=2))) as stream:
            last, end = await stream.rest()

        [error] = last.payload["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert (end.event, end.data) == ("complete", "")

    async def test_show_that_they_stand_and_how_far_they_have_come(self, api, monkeypatch):
        monkeypatch.setattr(SubscriptionResponse, "heartbeat_seconds", 0.05)
        await caught_up(api)
        ours = await created_customer(api.application.services.database)
        await caught_up(api)
        query = "subscription S($id: Int!) { customerEvents(filter: {customerId: $id}) { id } }"

        async with streaming(api, query, {"id": ours}) as stream:
            await created_customer(api.application.services.database)
            await caught_up(api)
            passed = api.application.services.stream.hub.cursor
            async with asyncio.timeout(60):
                while (beat := await stream.block()) is None or beat.id != passed:
                    pass

        assert (beat.event, beat.data, beat.comment) == (None, None, "")

    async def test_a_refusal_by_the_field_ends_the_stream(self, api):
        async with streaming(api, IDS, token=api.service_token()) as stream:
            last, end = await stream.rest()

        [error] = last.payload["errors"]
        assert error["extensions"]["code"] == "ACCESS_DENIED"
        assert end.event == "complete"


class TestQueriesAndMutations:
    async def test_are_one_event_and_complete(self, api):
        response = await posted(api, {"query": "{ viewer { role } }"})

        assert response.headers["content-type"] == f"{SSE}; charset=utf-8"
        start = 'event: next\ndata: {"data":{"viewer":{"role":"ADMIN"}},"extensions":{"cost":{'
        assert response.text.startswith(start)
        assert response.text.endswith("}}}\n\nevent: complete\ndata:\n\n")
        assert response.text.count("event: ") == 2

    async def test_change_what_they_say(self, api):
        customer_id = await created_customer(
            api.application.services.database, first_name="Ada", last_name="Byron"
        )

        response = await posted(
            api, {"query": RENAME, "variables": {"id": customer_id, "name": "King"}}
        )

        assert '"displayName":"Ada King"' in response.text


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
            ({"query": "subscription { nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
            ({"query": IDS, "operationName": "X"}, "BAD_REQUEST"),
            ({"query": 1}, "BAD_REQUEST"),
            ({"query": BEHIND, "variables": {"after": 1}}, "BAD_USER_INPUT"),
            ({"query": BEHIND, "variables": {"filter": {"customerId": "x"}}}, "BAD_USER_INPUT"),
        ],
        ids=lambda value: repr(value)[:50],
    )
    async def test_of_the_request_are_json_before_any_stream(self, api, body, code):
        response = await posted(api, body)

        assert response.status_code == 400
        assert response.headers["content-type"].startswith("application/graphql-response+json")
        assert [each for each, _ in refusals(response)] == [code]

    @pytest.mark.parametrize("cursor", ["x", "MTox", "A" * 200])
    async def test_of_a_last_id_that_is_no_cursor(self, api, cursor):
        response = await posted(api, {"query": IDS}, Last_Event_ID=cursor)

        assert response.status_code == 400
        assert refusals(response) == [("INVALID", ["after"])]

    async def test_of_nobody_and_of_bad_tokens(self, api):
        for token in (None, "nonsense"):
            response = await posted(api, {"query": IDS}, token=token)

            assert response.status_code == 401
            assert refusals(response) == [("UNAUTHENTICATED", [])]

    async def test_of_a_subscription_as_json_name_both_ways(self, api):
        response = await api.post(IDS)

        assert response.status_code == 400
        [error] = response.json()["errors"]
        assert "WebSocket (graphql-transport-ws)" in error["message"]
        assert "Accept: text/event-stream" in error["message"]

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            (f"{SSE}, application/json;q=0.5", SSE),
            (f"application/json, {SSE}", "application/json"),
            (f"{SSE};q=0, */*", "application/json"),
            ("text/*", "application/json"),
        ],
    )
    async def test_the_best_that_is_accepted_is_chosen(self, api, accept, media_type):
        response = await posted(api, {"query": "{ viewer { role } }"}, Accept=accept)

        assert response.headers["content-type"].startswith(media_type)


class TestPrincipals:
    @pytest.fixture
    def _two_each(self, api, monkeypatch):
        monkeypatch.setattr(api.application.live.principals, "_most", 2)

    @pytest.mark.usefixtures("_two_each")
    async def test_may_have_so_many_streams_and_sockets_open(self, api):
        async with streaming(api, IDS), api.socket():
            response = await posted(api, {"query": IDS})
            other = await posted(
                api, {"query": "{ viewer { role } }"}, token=api.token(Role.SUPPORT)
            )

        assert response.status_code == 429
        assert int(response.headers["retry-after"]) > 0
        assert refusals(response) == [("LIMIT_EXCEEDED", [])]
        assert other.status_code == 200

    @pytest.mark.usefixtures("_two_each")
    async def test_may_open_another_when_one_is_gone(self, api):
        async with api.socket():
            for _ in range(3):
                async with streaming(api, IDS):
                    pass
                await eventually(lambda: api.application.live.groups.followers == 0)
