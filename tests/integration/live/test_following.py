"""Following together: one execution for all, and each at its own pace from its own place."""

import asyncio
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import text

from domain.kernel.access import Permission, Role, customer, service, staff
from graph.live import groups, registry
from graph.live.delivery import Delivery
from tests.support.customers import created_customer
from tests.support.statements import captured_statements
from tests.support.subscribers import House, Subscriber, updated
from tests.support.waiting import eventually

ADMIN = staff(Role.ADMIN, "account:1")


@pytest.fixture
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rings and buffers so small that everything overflows."""
    monkeypatch.setattr(groups, "RING", 8)
    monkeypatch.setattr(registry, "RING", 8)
    monkeypatch.setattr(groups, "BUFFER", 3)


def fields(subscriber: Subscriber) -> list[str]:
    """What each event told of, in the order handed out."""
    events = [orjson.loads(each)["data"]["customerEvents"] for each in subscriber.payloads]
    return [event["data"]["changed_fields"][0] for event in events]


async def announced(live: House, customer_id: int, first: int, upto: int) -> list[str]:
    """Announce changes of fields named by number, one by one; the names."""
    names = [f"f{number}" for number in range(first, upto)]
    for name in names:
        await live.announce(updated(customer_id, name))
    return names


class TestSharedWork:
    async def test_an_event_is_executed_once_however_many_follow(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        people = [staff(Role.ADMIN, f"account:{number}") for number in range(40)]
        subscribers = [await live.subscribed(actor) for actor in people]

        with captured_statements(live.database) as statements:
            names = await announced(live, customer_id, 0, 5)
            await live.all_told(*subscribers)

        reads = [each for each in statements if "FROM customer.customers" in each]
        assert len(reads) == len(names)
        assert len(live.live.groups) == 1
        assert all(fields(each) == names for each in subscribers)
        assert len({tuple(each.payloads) for each in subscribers}) == 1

    async def test_different_scopes_are_executed_each_for_itself(self, live):
        ours = await created_customer(live.database)
        await live.all_told()
        subscribers = [
            await live.subscribed(actor)
            for actor in (ADMIN, staff(Role.SUPPORT, "account:1"), customer(ours))
        ]

        await announced(live, ours, 0, 1)
        await live.all_told(*subscribers)

        assert len(live.live.groups) == 3

    async def test_nothing_is_left_when_the_last_has_left(self, live):
        for _ in range(3):
            await live.subscribed(ADMIN)
        await eventually(lambda: live.hub.followers == 1)

        await live.leave()

        assert (len(live.live.groups), live.live.groups.followers) == (0, 0)
        await eventually(lambda: live.hub.followers == 0)


class TestPlaces:
    @pytest.mark.usefixtures("_little_room")
    async def test_one_joins_from_anywhere_while_others_write(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        start = live.hub.cursor
        first = await live.subscribed(ADMIN, after=start)
        writing = [
            asyncio.create_task(announced(live, customer_id, 100 * each, 100 * each + 20))
            for each in (1, 2, 3)
        ]
        joined = [first]
        while not all(task.done() for task in writing):
            joined.append(await live.subscribed(ADMIN, after=start))
            await asyncio.sleep(0.02)
            since = first.positions[-1] if first.positions else None
            if since is not None:
                joined.append(await live.subscribed(ADMIN, after=live.hub.cursors.seal(since)))
        await live.all_told(*joined)

        assert len(first.positions) == 60
        assert first.positions == sorted(set(first.positions))
        for each in joined:
            assert each.failure is None
            assert each.positions == first.positions[-len(each.positions) :]
            assert each.payloads == first.payloads[-len(each.payloads) :]
        assert sum(len(each.payloads) == 60 for each in joined) >= 2

    @pytest.mark.usefixtures("_little_room")
    @pytest.mark.parametrize("burst", [3, 6, 30])
    async def test_one_that_stops_loses_nothing_and_comes_back_to_the_others(self, live, burst):
        customer_id = await created_customer(live.database)
        await live.all_told()
        fast = await live.subscribed(ADMIN)
        slow = await live.subscribed(ADMIN)
        slow.goes_on.clear()

        names = await announced(live, customer_id, 0, burst)
        await live.all_told(fast)
        stopped_at = len(slow.payloads)
        slow.goes_on.set()
        names += await announced(live, customer_id, burst, burst + 2)
        await live.all_told(fast, slow)

        assert stopped_at == 1
        assert fields(fast) == fields(slow) == names
        assert (len(live.live.groups), live.hub.followers) == (1, 1)

    async def test_a_cursor_that_this_process_has_not_come_to_repeats_nothing(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        first = await live.subscribed(ADMIN)
        names = await announced(live, customer_id, 0, 4)
        await live.all_told(first)
        # As in a process whose reading lags behind the client's cursor by two events.
        seen = live.hub.cursors.seal(live.hub.position)
        live.hub.position -= 2

        second = await live.subscribed(ADMIN, after=seen)
        names += await announced(live, customer_id, 4, 6)
        await live.all_told(second)

        assert fields(second) == names[4:]

    async def test_a_group_that_is_behind_its_member_repeats_nothing(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        member = await live.subscribed(ADMIN)
        names = await announced(live, customer_id, 0, 2)
        await live.all_told(member)
        [group] = live.live.groups

        await group.push(Delivery(member.payloads[0], member.positions[0], None))
        names += await announced(live, customer_id, 2, 3)
        await live.all_told(member)

        assert fields(member) == names

    async def test_a_cursor_of_nowhere_is_refused_as_ever(self, live):
        subscriber = await live.subscribed(ADMIN, after="nowhere")

        await eventually(lambda: subscriber.failure is not None)

        assert subscriber.failure.errors[0]["extensions"]["code"] == "INVALID"


class TestCheckpoints:
    @pytest.mark.usefixtures("_little_room")
    async def test_one_that_is_caught_up_has_had_everything_the_process_has_read(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        start = live.hub.cursor
        subscribers = [
            await live.subscribed(ADMIN),
            await live.subscribed(ADMIN),
            await live.subscribed(ADMIN, alone=True, after=start),
            await live.subscribed(ADMIN, filter={"types": ["CUSTOMER_CREATED"]}),
        ]
        writing = [
            asyncio.create_task(announced(live, customer_id, 100 * each, 100 * each + 20))
            for each in (1, 2)
        ]
        claims: list[tuple[Subscriber, int, int]] = []
        while not all(task.done() for task in writing):
            claims += [
                (each, live.hub.position, len(each.positions))
                for each in subscribers
                if each.stream.is_caught_up
            ]
            await asyncio.sleep(0.001)
        await live.all_told(*subscribers)

        assert len({position for _, position, _ in claims}) > 10
        for each, position, had in claims:
            assert had == sum((own or 0) <= position for own in each.positions)

    async def test_one_that_is_not_done_with_an_event_is_not_caught_up(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        slow = await live.subscribed(ADMIN)
        slow.goes_on.clear()

        await announced(live, customer_id, 0, 1)
        await eventually(lambda: len(slow.payloads) == 1)
        was_caught_up = slow.stream.is_caught_up
        slow.goes_on.set()
        await live.all_told(slow)

        assert (was_caught_up, slow.stream.is_caught_up) == (False, True)


class TestIdentity:
    async def test_one_whose_scope_has_changed_leaves_its_group_before_the_next_event(self, live):
        ours = await created_customer(live.database)
        theirs = await created_customer(live.database)
        await live.all_told()
        other = await live.subscribed(ADMIN)
        moved = await live.subscribed(ADMIN)
        await announced(live, theirs, 0, 1)
        await live.all_told(moved)

        moved.actor = customer(ours)
        await announced(live, theirs, 1, 2)
        await announced(live, ours, 2, 3)
        await live.all_told(moved, other)

        assert fields(moved) == ["f0", "f2"]
        assert fields(other) == ["f0", "f1", "f2"]

    async def test_one_that_may_no_longer_read_events_is_refused(self, live):
        ours = await created_customer(live.database)
        await live.all_told()
        subscriber = await live.subscribed(ADMIN)

        subscriber.actor = service("service:x", [Permission.CUSTOMER_READ])
        await announced(live, ours, 0, 1)
        await eventually(lambda: subscriber.failure is not None)

        assert subscriber.payloads == []
        assert subscriber.failure.errors[0]["extensions"]["code"] == "ACCESS_DENIED"

    async def test_another_name_or_a_later_end_of_the_token_changes_nothing(self, live):
        ours = await created_customer(live.database)
        await live.all_told()
        subscriber = await live.subscribed(ADMIN)

        subscriber.actor = replace(ADMIN, subject="account:9")
        await announced(live, ours, 0, 2)
        await live.all_told(subscriber)

        assert fields(subscriber) == ["f0", "f1"]

    async def test_one_that_can_share_nothing_is_refused_with_its_old_scope(self, live):
        ours = await created_customer(live.database)
        await live.all_told()
        query = "subscription S($id: Int!) { customer(by: {customerId: $id}) { displayName } }"
        subscriber = await live.subscribed(ADMIN, query, id=ours)
        await live.all_told(subscriber)

        subscriber.actor = customer(ours)
        await announced(live, ours, 0, 1)
        await eventually(lambda: subscriber.failure is not None)

        assert len(subscriber.payloads) == 1
        assert subscriber.failure.errors[0]["extensions"]["code"] == "ACCESS_DENIED"


class TestFailures:
    async def test_each_is_told_what_is_wrong_with_what_all_asked(self, live):
        nobody = service("service:x", [])

        subscribers = [await live.subscribed(nobody) for _ in range(3)]
        await eventually(lambda: all(each.failure is not None for each in subscribers))

        codes = {each.failure.errors[0]["extensions"]["code"] for each in subscribers}
        assert codes == {"ACCESS_DENIED"}
        assert len(live.live.groups) == 0

    async def test_a_restored_log_ends_all_of_them_clearly(self, live):
        customer_id = await created_customer(live.database)
        await live.all_told()
        subscribers = [await live.subscribed(ADMIN) for _ in range(3)]
        await announced(live, customer_id, 0, 1)
        await live.all_told(*subscribers)

        async with live.database.engine.begin() as connection:
            await connection.execute(text("update kernel.event_head set epoch = gen_random_uuid()"))
        live.hub.wake()
        await eventually(lambda: all(each.failure is not None for each in subscribers))

        codes = {each.failure.errors[0]["extensions"]["code"] for each in subscribers}
        assert codes == {"CONFLICT"}
