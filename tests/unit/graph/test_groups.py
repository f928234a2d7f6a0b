"""Groups: each member gets every delivery once, in order, from wherever in the ring it joins."""

import asyncio

import pytest

from graph.live.delivery import Delivery
from graph.live.groups import BUFFER, RING, Group


def a_delivery(position: int) -> Delivery:
    return Delivery(f'{{"data":{position}}}', position, f"cursor {position}")


def a_group(*, start: int = 0, upto: int = 0) -> Group:
    """A group that has delivered positions 1 to ``upto``."""
    group = Group(start, lambda _: None)
    for position in range(start + 1, upto + 1):
        group.push(a_delivery(position))
    return group


async def positions(member) -> list[int | None]:
    return [each.position for each in await member.take()]


class TestJoining:
    @pytest.mark.parametrize("position", [0, 3, 5])
    async def test_gives_what_the_ring_holds_behind_the_position_and_then_what_comes(
        self, position
    ):
        group = a_group(upto=5)

        with group.joined(position) as member:
            group.push(a_delivery(6))

            assert await positions(member) == list(range(position + 1, 7))

    async def test_gives_each_member_the_same_delivery(self):
        group = a_group()

        with group.joined(0) as first, group.joined(0) as second:
            group.push(a_delivery(1))

            assert (await first.take())[0] is (await second.take())[0]

    async def test_waits_for_something_new(self):
        group = a_group(upto=3)

        with group.joined(3) as member:
            waiting = asyncio.ensure_future(positions(member))
            await asyncio.sleep(0)
            was_idle = member.is_idle
            group.push(a_delivery(9))

            assert (was_idle, member.is_idle) == (True, False)
            assert await waiting == [9]

    async def test_the_ring_forgets_the_oldest_and_says_so(self):
        group = a_group(upto=RING + 10)

        assert group.low == 10


class TestOverflow:
    async def test_a_member_that_takes_nothing_is_put_behind_and_holds_nothing(self):
        group = a_group()

        with group.joined(0) as slow, group.joined(0) as fast:
            for position in range(1, BUFFER + 2):
                group.push(a_delivery(position))
                assert await positions(fast) == [position]

            assert slow.is_behind
            assert await positions(slow) == []

    async def test_it_goes_on_from_the_ring_where_it_was(self):
        group = a_group()

        with group.joined(0) as member:
            for position in range(1, BUFFER + 10):
                group.push(a_delivery(position))
            await member.take()

            assert group.refill(member, 2)
            assert await positions(member) == list(range(3, BUFFER + 10))
            assert not member.is_behind

    async def test_but_not_once_the_ring_has_gone_on_without_it(self):
        group = a_group()

        with group.joined(0) as member:
            for position in range(1, RING + 10):
                group.push(a_delivery(position))

            assert not group.refill(member, 2)


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
        group = a_group()

        with group.joined(0) as member:
            group.push(a_delivery(1))
            group.end()

            assert await positions(member) == [1]
            assert await positions(member) == []
