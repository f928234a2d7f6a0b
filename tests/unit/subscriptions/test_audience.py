"""The index of buffers: everyone concerned is told, and nobody is left in an orphaned set."""

from datetime import UTC, datetime
from uuid import UUID

from domain.kernel.events import LoggedEvent
from subscriptions.buffers import Audience, Buffer


def an_event(position: int, customer_id: int | None = None) -> LoggedEvent:
    return LoggedEvent(
        position=position,
        event_id=UUID(int=position),
        type="test.happened",
        spec_version=1,
        stream="test:1",
        seq=position,
        customer_id=customer_id,
        reseller_id=None,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="system",
        trace_id=None,
        transaction_id=UUID(int=0),
        data={},
    )


def a_buffer(customer_id: int | None = None) -> Buffer:
    return Buffer(lambda _event: True, customer_id)


async def positions(buffer: Buffer) -> list[int]:
    return [event.position for event in await buffer.take()]


async def test_those_about_one_customer_are_asked_about_its_events_only():
    audience = Audience()
    broad, one, other = a_buffer(), a_buffer(1), a_buffer(2)
    for buffer in (broad, one, other):
        audience.add(buffer)

    for position, customer_id in enumerate((1, 2, None, 1), start=1):
        audience.tell(an_event(position, customer_id))

    told = [await positions(buffer) for buffer in (broad, one, other)]
    assert told == [[1, 2, 3, 4], [1, 4], [2]]


async def test_one_that_comes_as_the_last_other_leaves_is_told():
    audience = Audience()
    first, second = a_buffer(1), a_buffer(1)
    audience.add(first)
    audience.remove(first)
    audience.add(second)

    audience.tell(an_event(1, 1))

    assert await positions(second) == [1]
    assert list(audience) == [second]


async def test_nothing_is_left_of_those_who_leave():
    audience = Audience()
    buffers = [a_buffer(), a_buffer(1), a_buffer(1), a_buffer(2)]
    for buffer in buffers:
        audience.add(buffer)
    size = len(audience)
    for buffer in buffers:
        audience.remove(buffer)

    assert (size, len(audience), list(audience)) == (4, 0, [])


async def test_an_overflow_tells_behind_what_to_read_again(monkeypatch):
    monkeypatch.setattr("subscriptions.buffers.BUFFER", 2)
    buffer = a_buffer()
    for position in (5, 8, 13, 21):
        buffer.put(an_event(position))

    overflowed, taken, behind = buffer.has_overflowed, await positions(buffer), buffer.reopen()
    buffer.put(an_event(34))

    assert (overflowed, taken, behind) == (True, [], 4)
    assert await positions(buffer) == [34]
