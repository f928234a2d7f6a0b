"""Cursors: a client that comes back gets what it missed, once, in the one order there is."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Role
from domain.kernel.events import EventRow
from subscriptions.log import start_epoch
from tests.support.customers import created_customer
from tests.support.live import EVENTS, beginning, born, following, renamed
from tests.support.logs import forgotten
from tests.support.server import Api
from tests.support.waiting import eventually

PAGE = "{ customers(first: 1) { edges { cursor } } }"


async def refusal(api: Api, after: str) -> tuple[str, str, list[str]]:
    """Message type, code and path of the answer to a cursor."""
    async with api.socket() as socket:
        query = "subscription S($after: String) { customerEvents(after: $after) { id } }"
        await socket.subscribe(query, {"after": after})
        message = await socket.receive()
    extensions = message["payload"][0]["extensions"]
    return message["type"], extensions["code"], extensions["argumentPath"]


class TestAfter:
    async def test_resumes_without_gap_or_repeat(self, api):
        ids = [await born(api) for _ in range(2)]
        await api.settled()
        async with following(api, after=beginning(api)) as feed:
            first = await feed.some(2)
        ids += [await born(api) for _ in range(3)]

        async with following(api, after=first[-1]["cursor"]) as feed:
            missed = await feed.some(3)
            ids.append(await born(api))
            live = await feed.some(1)

        events = first + missed + live
        assert [event["customerId"] for event in events] == ids
        assert len({event["id"] for event in events}) == len(ids)

    async def test_a_cursor_of_an_event_that_another_filter_passed_is_good(self, api):
        ours, theirs = await born(api), await born(api)
        await api.settled()
        async with following(api, after=beginning(api), customerId=ours) as feed:
            cursor = (await feed.next())["cursor"]

        async with following(api, after=cursor, customerId=theirs) as feed:
            assert await feed.facts(1) == [("CustomerCreated", theirs)]

    async def test_resumes_at_any_moment_while_others_write(self, api, database):
        async def write() -> None:
            for _ in range(20):
                await created_customer(database)

        writing = [asyncio.create_task(write()) for _ in range(3)]
        seen: list[int] = []
        cursor = beginning(api)
        while len(seen) < 60:
            async with following(api, after=cursor, types=["CUSTOMER_CREATED"]) as feed:
                events = await feed.some(min(7, 60 - len(seen)))
            seen += [event["customerId"] for event in events]
            cursor = events[-1]["cursor"]
        await asyncio.gather(*writing)

        async with database.reading() as connection:
            rows = await connection.execute(
                select(EventRow.customer_id)
                .where(EventRow.type == "customer.created")
                .order_by(EventRow.position)
            )
            assert seen == [row.customer_id for row in rows]

    async def test_a_page_of_the_timeline_gives_cursors_too(self, api):
        customer_id = await born(api)
        await api.settled()
        data = await api.data(
            "query T($id: Int!) { customer(by: {customerId: $id}) "
            "{ timeline(first: 1) { nodes { cursor } } } }",
            {"id": customer_id},
        )
        [node] = data["customer"]["timeline"]["nodes"]

        async with following(api, after=node["cursor"]) as feed:
            await renamed(api, customer_id, "Sentinel")

            assert await feed.facts(1) == [("CustomerUpdated", customer_id)]

    async def test_earliest_is_where_the_retained_log_begins(self, api, database):
        await born(api)
        second = await born(api)
        await api.settled()
        await forgotten(database, 1)

        async with api.socket() as socket:
            wanted = {"types": ["CUSTOMER_CREATED"]}
            await socket.subscribe(EVENTS, {"after": "earliest", "filter": wanted})
            first_kept = (await socket.next())["data"]["customerEvents"]

        async with database.reading() as connection:
            oldest = await connection.scalar(
                select(EventRow.customer_id)
                .where(EventRow.type == "customer.created")
                .order_by(EventRow.position)
            )
        assert first_kept["customerId"] == oldest == second

    async def test_refuses_what_is_no_cursor(self, api):
        for cursor in ("", "x", "é", "MTox", "A" * 200, "1:2:3", "====", "-_-_"):
            assert await refusal(api, cursor) == ("error", "INVALID", ["after"])

    async def test_refuses_cursors_of_elsewhere(self, api, database):
        await born(api)
        await api.settled()
        cursors = api.application.services.stream.hub.cursors
        page = await api.data(PAGE)
        foreign = {
            "another epoch": replace(cursors, epoch=uuid4()).seal(1),
            "another log": replace(cursors, key=bytes(32)).seal(1),
            "the future": cursors.seal(10**6),
            "a page": page["customers"]["edges"][0]["cursor"],
        }

        for cursor in foreign.values():
            assert await refusal(api, cursor) == ("error", "INVALID", ["after"])


class TestGaps:
    async def test_a_cursor_older_than_the_log_is_told_what_it_missed(self, api, database):
        ours = await born(api)
        await born(api)
        await renamed(api, ours, "King")
        await api.settled()
        await forgotten(database, 2)
        token = api.token(Role.CUSTOMER, customer_id=ours)
        wanted = {"types": ["EVENT_GAP", "CUSTOMER_UPDATED"]}
        start = beginning(api)

        async with (
            following(api, after=start, **wanted) as all_seeing,
            following(api, token, after=start, **wanted) as customers,
        ):
            told = [await feed.some(2) for feed in (all_seeing, customers)]

        gaps, rest = zip(*told, strict=True)
        middle = api.application.services.stream.hub.cursors.seal(2)
        for gap, count in zip(gaps, (2, None), strict=True):
            assert gap.pop("timestamp").endswith("Z")
            assert gap == {
                "__typename": "EventGap",
                "id": f"gap.{start}.{middle}",
                "type": "EVENT_GAP",
                "cursor": middle,
                "customerId": None,
                "transactionId": None,
                "actor": "system",
                "customer": None,
                "data": {
                    "from_cursor": start,
                    "to_cursor": middle,
                    "reason": "RETENTION",
                    "count": count,
                },
                "fromCursor": start,
                "toCursor": middle,
                "count": count,
                "gapReason": "RETENTION",
            }
        assert [event["type"] for event in rest] == ["CUSTOMER_UPDATED"] * 2

    async def test_the_gaps_cursor_goes_on_without_another_gap(self, api, database):
        await born(api)
        await api.settled()
        await forgotten(database, 1)
        async with following(api, after=beginning(api)) as feed:
            gap = await feed.next()
        latest = await born(api)

        async with following(api, after=gap["cursor"]) as feed:
            assert await feed.facts(1) == [("CustomerCreated", latest)]

    async def test_a_restored_log_ends_subscriptions_with_an_error(self, api, database):
        async with api.socket() as socket:
            hub = api.application.services.stream.hub
            await socket.subscribe("subscription { customerEvents { id } }")
            await eventually(lambda: hub.followers == 1)
            await start_epoch(database)
            hub.wake()
            ended = await socket.receive()

        [error] = ended["payload"]
        assert ended["type"] == "error"
        assert error["extensions"]["code"] == "CONFLICT"
        assert error["message"].startswith("The event log was restored to an earlier state")


class TestOrder:
    async def test_is_the_same_for_everybody_and_that_of_each_customer(self, api, database):
        ids = [await created_customer(database) for _ in range(3)]
        await api.settled()

        async def write(customer_id: int, writer: int) -> None:
            for number in range(5):
                async with database.unit_of_work(SYSTEM) as session:
                    name = f"N{writer}-{number}"
                    await CustomerService().update_customer(
                        session, customer_id, {"last_name": name}
                    )

        async with following(api) as one, following(api, api.token()) as two:
            writers = [write(customer_id, n) for customer_id in ids for n in range(2)]
            await asyncio.gather(*writers)
            orders = [[event["id"] for event in await feed.some(30)] for feed in (one, two)]

        async with database.reading() as connection:
            rows = await connection.execute(
                select(EventRow.event_id, EventRow.stream, EventRow.seq)
                .where(EventRow.type == "customer.updated")
                .order_by(EventRow.position)
            )
            log = rows.all()
        assert orders[0] == orders[1] == [str(row.event_id) for row in log]
        for customer_id in ids:
            numbers = [row.seq for row in log if row.stream == f"customer:{customer_id}"]
            assert numbers == sorted(numbers)
            assert len(numbers) == 10
