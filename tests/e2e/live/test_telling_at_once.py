"""Identical subscriptions are sent one payload, each under its own id, without a turn of a task."""

import pytest

from graph.transport.writing import Writer
from tests.support.live import born, renamed
from tests.support.waiting import eventually

CHANGES = "subscription { customerEvents { cursor ... on CustomerUpdated { changedFields } } }"
IDS = ("1", 'é"\\', "x" * 100)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is written past the queues, in order; it is written all the same."""
    messages: list[bytes] = []
    write = Writer.write

    def watched(writer: Writer, message: bytes) -> bool:
        is_written = write(writer, message)
        if is_written:
            messages.append(message)
        return is_written

    monkeypatch.setattr(Writer, "write", watched)
    return messages


async def test_every_subscriber_has_the_same_answers_in_order(api, written):
    async with api.socket() as first, api.socket() as second:
        for operation_id in IDS[:2]:
            await first.subscribe(CHANGES, id=operation_id)
        await second.subscribe(CHANGES, id=IDS[2])
        groups = api.application.live.groups
        await eventually(lambda: groups.followers == 3 and all(each.is_idle for each in groups))
        customer_id = await born(api)
        for name in ("Lovelace", "Byron"):
            await renamed(api, customer_id, name)
        told = [await first.receive() for _ in range(6)] + [
            await second.receive() for _ in range(3)
        ]

    by_id = {each: [one["payload"] for one in told if one["id"] == each] for each in IDS}
    assert [len(each) for each in by_id.values()] == [3, 3, 3]
    assert by_id[IDS[0]] == by_id[IDS[1]] == by_id[IDS[2]]
    assert len({one["data"]["customerEvents"]["cursor"] for one in by_id["1"]}) == 3
    assert len(written) == 9
