"""The queue for argon2: so many wait, and whoever comes after them is told at once."""

import asyncio

import pytest

from domain.kernel import passwords
from domain.kernel.errors import Busy, ErrorCode
from domain.kernel.passwords import MOST_QUEUED


async def test_thirty_four_are_served_and_those_after_them_refused():
    answers = await asyncio.gather(
        *(passwords.matches("wrong horse", None) for _ in range(MOST_QUEUED + 5)),
        return_exceptions=True,
    )

    assert MOST_QUEUED == 34
    assert answers[:MOST_QUEUED] == [False] * MOST_QUEUED
    assert [type(each) for each in answers[MOST_QUEUED:]] == [Busy] * 5


async def test_places_are_given_back_whatever_came_of_them():
    async def fail() -> None:
        with passwords.queued():
            raise LookupError

    for _ in range(MOST_QUEUED + 1):
        with pytest.raises(LookupError):
            await fail()
    with pytest.raises(Busy):
        await passwords_full()

    assert not await passwords.matches("wrong horse", None)


async def passwords_full() -> None:
    """Everybody holds a place, and one more comes."""
    enough, all_in = asyncio.Event(), asyncio.Barrier(MOST_QUEUED + 1)

    async def hold() -> None:
        with passwords.queued():
            await all_in.wait()
            await enough.wait()

    holders = [asyncio.create_task(hold()) for _ in range(MOST_QUEUED)]
    await all_in.wait()
    try:
        await passwords.hashed("correct horse")
    finally:
        enough.set()
        await asyncio.gather(*holders)


async def test_who_has_a_place_keeps_it_for_all_that_is_hashed_inside(monkeypatch):
    with passwords.queued():
        monkeypatch.setattr(passwords, "MOST_QUEUED", 0)

        assert not await passwords.matches("wrong horse", None)
        assert await passwords.hashed("correct horse")

    with pytest.raises(Busy) as refused:
        await passwords.hashed("correct horse")
    assert refused.value.code is ErrorCode.BUSY
