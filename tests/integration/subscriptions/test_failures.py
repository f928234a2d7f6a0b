"""Handlers that fail: retried with growing delays, put aside at last, and never in the way."""

import asyncio

from sqlalchemy import select, text

from domain.kernel.events import DeadLetter
from domain.kernel.ids import uuid7
from tests.support.facts import consumers, happened, in_bulk, time_passes
from tests.support.handlers import Fickle, effects_in, note, started, state

NO_CONSUMERS = {
    "consumer": "nobody",
    "position": 1,
    "event_id": uuid7(),
    "attempts": 1,
    "last_error": "",
}


class TestFailure:
    async def test_undoes_the_effect_and_keeps_the_place(self, database, effects):
        fickle = Fickle({3: 1})
        await happened(database, 1, 2, 3, 4)
        bus = await started(database, consumers(fickle))

        await bus.deliver_all()
        before = (await effects_in(database), await state(database, "fickle"))
        await bus.deliver_all()
        waited = await effects_in(database)
        await time_passes(database)
        await bus.deliver_all()

        assert before == ([1, 2], (2, 1, "RuntimeError: not yet 3"))
        assert waited == [1, 2]
        assert await effects_in(database) == [1, 2, 3, 4]
        assert await state(database, "fickle") == (4, 0, None)

    async def test_of_one_handler_does_not_hold_up_another(self, database, effects):
        async def broken(_session, _event) -> None:
            raise ValueError

        await happened(database, 1, 2)

        await (await started(database, consumers(broken, note))).deliver_all()

        assert await effects_in(database) == [1, 2]

    async def test_delays_grow(self, database, effects):
        await happened(database, 1)
        bus = await started(database, consumers(Fickle({1: 4})))
        seconds = text(
            "select extract(epoch from available_at - now()) from kernel.event_consumers"
        )
        delays = []

        for _ in range(4):
            await bus.deliver_all()
            async with database.reading() as connection:
                delays.append(await connection.scalar(seconds))
            await time_passes(database)

        for number, delay in enumerate(delays):
            assert 50 * 2**number - 30 < delay <= 100 * 2**number

    async def test_five_times_makes_a_dead_letter_and_goes_on(self, database, effects):
        fickle = Fickle({2: 5})
        await happened(database, 1, 2, 3)
        bus = await started(database, consumers(fickle))

        for _ in range(5):
            await bus.deliver_all()
            await time_passes(database)

        assert await effects_in(database) == [1, 3]
        assert await state(database, "fickle") == (3, 0, None)
        async with database.reading() as connection:
            [dead] = (await connection.execute(select(DeadLetter.__table__))).all()
        assert (dead.consumer, dead.position, dead.customer_id) == ("fickle", 2, 1)
        assert (dead.attempts, dead.last_error) == (5, "RuntimeError: not yet 2")

    async def test_repeats_nothing_that_was_done_before_it(self, database, effects):
        fickle = Fickle({3: 1})
        await happened(database, 1, 2, 3)
        bus = await started(database, consumers(fickle))

        await bus.deliver_all()
        await time_passes(database)
        await bus.deliver_all()

        assert fickle.calls == [1, 2, 3, 3]
        assert await effects_in(database) == [1, 2, 3]

    async def test_of_a_row_that_the_database_refuses_is_that_events(self, database, effects):
        async def careless(session, event) -> None:
            await note(session, event)
            if event.data["number"] == 2:
                session.add(DeadLetter(**NO_CONSUMERS))

        await happened(database, 1, 2, 3)
        bus = await started(database, consumers(careless))

        for _ in range(5):
            await bus.deliver_all()
            await time_passes(database)

        assert await effects_in(database) == [1, 3]
        async with database.reading() as connection:
            [dead] = (await connection.execute(select(DeadLetter.__table__))).all()
        assert dead.position == 2
        assert "ForeignKeyViolation" in dead.last_error

    async def test_at_random_in_two_buses_leaves_one_effect_of_each(self, database, effects):
        fickle = Fickle({number: number % 3 for number in range(0, 40, 4)})
        await in_bulk(database, 0, 40)
        buses = [await started(database, consumers(fickle)) for _ in range(2)]

        while (await state(database, "fickle"))[0] < 40:
            await asyncio.gather(*(bus.deliver_all() for bus in buses))
            await time_passes(database)

        assert await effects_in(database) == list(range(40))
