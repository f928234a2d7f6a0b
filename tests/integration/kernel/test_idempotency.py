"""Idempotency keys on PostgreSQL: one key, one piece of work, whoever comes at once."""

import asyncio

import pytest

from domain.kernel.access import Role, service, staff
from domain.kernel.errors import IdempotencyKeyReused, Invalid
from domain.kernel.idempotency import claim, request_hash, settle
from tests.support.events import announced
from tests.support.facts import Happened

ASKED = request_hash({"amount": "10.00"})
CLERK = staff(Role.BILLING, "staff:clerk")


async def once(database, number, *, actor=CLERK, key="k-1", operation="pay", digest=ASKED):
    """Announce the number unless the key was used; the number that was announced with it."""
    async with database.unit_of_work(actor) as session:
        is_new, answer = await claim(session, operation, key, digest)
        if not is_new:
            return answer
        await session.announce(Happened(customer_id=actor.customer_id or 1, number=number))
        await asyncio.sleep(0.02)
        await settle(session, operation, key, {"number": number})
        return {"number": number}


async def done(database):
    return [data["number"] for _, data in await announced(database)]


async def test_the_same_key_and_input_replays_the_answer(database):
    answers = [await once(database, number) for number in (1, 2, 3)]

    assert answers == [{"number": 1}] * 3
    assert await done(database) == [1]


async def test_of_concurrent_claims_one_does_the_work_and_the_others_get_its_answer(database):
    answers = await asyncio.gather(*(once(database, number) for number in range(5)))

    [number] = await done(database)
    assert answers == [{"number": number}] * 5


async def test_a_failure_releases_the_key_and_leaves_no_trace(database):
    async def failing():
        async with database.unit_of_work(CLERK) as session:
            assert await claim(session, "pay", "k-1", ASKED) == (True, None)
            await session.announce(Happened(customer_id=1, number=1))
            raise Invalid("amount", "is too small")

    with pytest.raises(Invalid):
        await failing()

    assert await once(database, 2) == {"number": 2}
    assert await done(database) == [2]


async def test_who_waited_for_a_failure_does_the_work(database):
    claimed = asyncio.Event()

    async def failing():
        async with database.unit_of_work(CLERK) as session:
            await claim(session, "pay", "k-1", ASKED)
            claimed.set()
            await asyncio.sleep(0.1)
            raise Invalid("amount", "is too small")

    async def waiting():
        await claimed.wait()
        return await once(database, 2)

    failure, answer = await asyncio.gather(failing(), waiting(), return_exceptions=True)

    assert isinstance(failure, Invalid)
    assert answer == {"number": 2}


async def test_another_input_with_the_key_is_refused_and_does_nothing(database):
    await once(database, 1)

    with pytest.raises(IdempotencyKeyReused):
        await once(database, 2, digest=request_hash({"amount": "11.00"}))

    assert await done(database) == [1]


async def test_actors_operations_and_keys_do_not_share_answers(database):
    await once(database, 1)

    assert await once(database, 2, actor=service("service:a", ())) == {"number": 2}
    assert await once(database, 3, actor=service("service:b", ())) == {"number": 3}
    assert await once(database, 4, operation="refund") == {"number": 4}
    assert await once(database, 5, key="K-1") == {"number": 5}
    assert await done(database) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_a_key_has_1_to_200_characters(database, key):
    with pytest.raises(Invalid) as refused:
        await once(database, 1, key=key)

    assert refused.value.path == ("idempotencyKey",)
    assert await done(database) == []
