"""Groups: each member gets every delivery once, in order, from wherever in the ring it joins."""

import asyncio
import contextlib

import pytest

from graph.live.delivery import Delivery
from graph.live.groups import AT_ONCE, BUFFER, RING, Group


def a_delivery(position: int) -> Delivery:
    return Delivery(b'{"data":%d}' % position, position, f"cursor {position}")


async def a_group(*, start: int = 0, upto: int = 0) -> Group:
    """A group that has delivered positions 1 to ``upto``."""
    group = Group(start, lambda _: None)
    for position in range(start + 1, upto + 1):
        await group.push(a_delivery(position))
    return group


async def positions(member, tell=lambda _: False) -> list[int | None]:
    return [each.position for each in await member.take(0, tell)]


class TestJoining:
    @pytest.mark.parametrize("position", [0, 3, 5])
    async def test_gives_what_the_ring_holds_behind_the_position_and_then_what_comes(
        self, position
    ):
        group = await a_group(upto=5)

        with group.joined(position) as member:
            await group.push(a_delivery(6))

            assert await positions(member) == list(range(position + 1, 7))

    async def test_gives_each_member_the_same_delivery(self):
        group = await a_group()

        with group.joined(0) as first, group.joined(0) as second:
            await group.push(a_delivery(1))

            assert (await first.take())[0] is (await second.take())[0]

    async def test_waits_for_something_new(self):
        group = await a_group(upto=3)

        with group.joined(3) as member:
            waiting = asyncio.ensure_future(positions(member))
            await asyncio.sleep(0)
            was_idle = member.is_idle
            await group.push(a_delivery(9))

            assert (was_idle, member.is_idle) == (True, False)
            assert await waiting == [9]

    async def test_the_ring_forgets_the_oldest_and_says_so(self):
        group = await a_group(upto=RING + 10)

        assert group.low == 10


class TestOverflow:
    async def test_a_member_that_takes_nothing_is_put_behind_and_holds_nothing(self):
        group = await a_group()

        with group.joined(0) as slow, group.joined(0) as fast:
            for position in range(1, BUFFER + 2):
                await group.push(a_delivery(position))
                assert await positions(fast) == [position]

            assert slow.is_behind
            assert await positions(slow) == []

    async def test_it_goes_on_from_the_ring_where_it_was(self):
        group = await a_group()

        with group.joined(0) as member:
            for position in range(1, BUFFER + 10):
                await group.push(a_delivery(position))
            await member.take()

            assert group.refill(member, 2)
            assert await positions(member) == list(range(3, BUFFER + 10))
            assert not member.is_behind

    async def test_but_not_once_the_ring_has_gone_on_without_it(self):
        group = await a_group()

        with group.joined(0) as member:
            for position in range(1, RING + 10):
                await group.push(a_delivery(position))

            assert not group.refill(member, 2)


class Told:
    """A member's client that takes deliveries at once while it is quick."""

    def __init__(self) -> None:
        self.at_once: list[int | None] = []
        self.is_quick = True

    def tell(self, delivery: Delivery) -> bool:
        if self.is_quick:
            self.at_once.append(delivery.position)
        return self.is_quick


class TestTellingAtOnce:
    async def test_takes_no_turn_of_a_member_that_waits(self):
        group, client = await a_group(), Told()

        with group.joined(0) as member:
            waiting = asyncio.ensure_future(positions(member, client.tell))
            await asyncio.sleep(0)
            await group.push(a_delivery(1))
            await group.push(a_delivery(2))

            assert client.at_once == [1, 2]
            assert (member.is_idle, waiting.done()) == (True, False)
            assert member.told == a_delivery(2)
            waiting.cancel()

    async def test_tells_nothing_that_the_member_has_had(self):
        group, client = await a_group(), Told()

        with group.joined(5) as member:
            waiting = asyncio.ensure_future(member.take(5, client.tell))
            await asyncio.sleep(0)
            for position in (5, 6, 6):
                await group.push(a_delivery(position))

            assert client.at_once == [6]
            assert member.is_idle
            waiting.cancel()

    async def test_is_known_of_until_the_member_waits_anew(self):
        group, client = await a_group(), Told()

        with group.joined(0) as member:
            waiting = asyncio.ensure_future(positions(member, client.tell))
            await asyncio.sleep(0)
            await group.push(a_delivery(1))
            client.is_quick = False
            await group.push(a_delivery(2))
            await waiting
            told_while_waiting = member.told
            await group.push(a_delivery(3))

            assert await positions(member) == [3]
            assert (told_while_waiting, member.told) == (a_delivery(1), None)

    async def test_never_passes_what_the_member_has_not_come_to(self):
        group, client = await a_group(), Told()

        with group.joined(0) as member:
            await group.push(a_delivery(1))
            waiting = asyncio.ensure_future(positions(member, client.tell))
            await asyncio.sleep(0)
            await group.push(a_delivery(2))

            assert await waiting == [1]
            assert client.at_once == []
            assert await positions(member) == [2]

    async def test_keeps_the_order_when_the_client_is_slow_and_then_is_not(self):
        group, client = await a_group(), Told()

        with group.joined(0) as member:
            waiting = asyncio.ensure_future(positions(member, client.tell))
            await asyncio.sleep(0)
            client.is_quick = False
            await group.push(a_delivery(1))
            client.is_quick = True
            await group.push(a_delivery(2))

            assert await waiting == [1, 2]
            assert client.at_once == []

    async def test_delays_nobody_for_one_that_is_slow(self):
        group, slow, fast = await a_group(), Told(), Told()
        slow.is_quick = False

        with group.joined(0) as late, group.joined(0) as prompt:
            waiting = [
                asyncio.ensure_future(positions(late, slow.tell)),
                asyncio.ensure_future(positions(prompt, fast.tell)),
            ]
            await asyncio.sleep(0)
            for position in range(1, BUFFER + 2):
                await group.push(a_delivery(position))

            assert fast.at_once == list(range(1, BUFFER + 2))
            assert late.is_behind
            for each in waiting:
                each.cancel()

    async def test_lets_others_have_their_turn_and_misses_none_who_joins_meanwhile(self):
        group, clients = await a_group(), [Told() for _ in range(AT_ONCE + 1)]
        with contextlib.ExitStack() as held:
            waiting = [
                asyncio.ensure_future(positions(held.enter_context(group.joined(0)), each.tell))
                for each in clients
            ]
            await asyncio.sleep(0)

            pushing = asyncio.ensure_future(group.push(a_delivery(1)))
            await asyncio.sleep(0)
            told_first = sum(each.at_once == [1] for each in clients)
            joined = held.enter_context(group.joined(0))
            await pushing

            assert told_first == AT_ONCE
            assert all(each.at_once == [1] for each in clients)
            assert await positions(joined) == [1]
            assert joined.is_idle is False
            for each in waiting:
                each.cancel()


class TestEnds:
    async def test_the_last_member_that_leaves_ends_the_group(self):
        emptied: list[Group] = []
        group = Group(0, emptied.append)

        with group.joined(0):
            with group.joined(0):
                pass
            assert emptied == []

        assert emptied == [group]

    async def test_the_end_of_the_group_is_told_to_all_after_what_came_before(self):
        group = await a_group()

        with group.joined(0) as member:
            await group.push(a_delivery(1))
            group.end()

            assert await positions(member) == [1]
            assert await positions(member) == []
