"""The bus: each handler gets each event in order, with one effect in the database, or a grave."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select, text

from domain.kernel.database import Database
from domain.kernel.events import DeadLetter, EventConsumer
from subscriptions.bus import Bus
from subscriptions.event_bus import EventBus, Registry
from tests.support.facts import HappenedToo, consumers, happened, in_bulk, time_passes


async def started(database: Database, registry: Registry) -> Bus:
    bus = Bus(database, registry)
    await bus.start()
    return bus


@pytest.fixture
async def effects(database: Database) -> None:
    """A table that handlers write to; it refuses nothing."""
    async with database.engine.begin() as connection:
        await connection.execute(text("create table effects (number int, handler text)"))


async def note(session, event) -> None:
    """Leave an effect in the database."""
    values = {"number": event.data["number"]}
    await session.execute(text("insert into effects values (:number, 'note')"), values)


async def effects_in(database: Database) -> list[int]:
    async with database.reading() as connection:
        rows = await connection.execute(text("select number from effects order by ctid"))
        return [row.number for row in rows]


async def state(database: Database, name: str) -> tuple[int, int, str | None]:
    """Position, failed attempts and last error of a consumer."""
    async with database.reading() as connection:
        row = (
            await connection.execute(
                select(
                    EventConsumer.position, EventConsumer.attempts, EventConsumer.last_error
                ).where(EventConsumer.name == name)
            )
        ).one()
        return row.position, row.attempts, row.last_error


class Fickle:
    """A handler that notes its effect and then fails at these numbers, so many times each."""

    __name__ = "fickle"

    def __init__(self, failures: dict[int, int]) -> None:
        self.failures = Counter(failures)
        self.calls: list[int] = []

    async def __call__(self, session, event) -> None:
        number = event.data["number"]
        self.calls.append(number)
        await note(session, event)
        if self.failures[number] > 0:
            self.failures[number] -= 1
            raise RuntimeError(f"not yet {number}")


class TestDelivery:
    async def test_is_in_the_order_of_the_log_over_many_batches(self, database, effects):
        await in_bulk(database, 0, 120)

        await (await started(database, consumers(note))).deliver_all()

        assert await effects_in(database) == list(range(120))
        assert await state(database, "note") == (120, 0, None)

    async def test_a_new_handler_begins_where_it_says_and_an_old_one_where_it_was(
        self, database, effects
    ):
        seen: list[int] = []

        async def from_now_on(event) -> None:
            seen.append(event["data"]["number"])

        await happened(database, 1)
        first = consumers(note)
        await EventBus(first).subscribe("test.happened", from_now_on)
        await (await started(database, first)).deliver_all()
        await happened(database, 2)

        again = consumers(note)
        await EventBus(again).subscribe("test.happened", from_now_on)
        await (await started(database, again)).deliver_all()

        assert await effects_in(database) == [1, 2]
        assert seen == [2]

    async def test_two_buses_at_once_handle_each_event_once(self, database, effects):
        await in_bulk(database, 0, 300)
        buses = [await started(database, consumers(note)) for _ in range(2)]

        while (await state(database, "note"))[0] < 300:
            await asyncio.gather(*(bus.deliver_all() for bus in buses))

        assert await effects_in(database) == list(range(300))

    @pytest.mark.parametrize(
        ("pattern", "numbers"),
        [
            ("test.happened", [1]),
            ("test.happened_too", [2]),
            ("test.*", [1, 2]),
            ("test.happened.*", []),
            ("tes.*", []),
            ("test.happened%", []),
            ("other.*", []),
        ],
    )
    async def test_is_of_the_types_that_the_pattern_names(
        self, database, effects, pattern, numbers
    ):
        await happened(database, 1)
        await happened(database, 2, kind=HappenedToo)

        await (await started(database, consumers(note, pattern=pattern))).deliver_all()

        assert await effects_in(database) == numbers


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
        delays = []

        for _ in range(4):
            await bus.deliver_all()
            async with database.reading() as connection:
                delays.append(
                    await connection.scalar(
                        text(
                            "select extract(epoch from available_at - now()) from "
                            "kernel.event_consumers"
                        )
                    )
                )
            await time_passes(database)

        assert all(delay <= 0.5 * 2**number for number, delay in enumerate(delays))
        assert delays[3] > 1

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

    async def test_while_the_part_before_a_failure_is_done_again_counts_too(
        self, database, effects
    ):
        fickle = Fickle({1: 0, 3: 9})
        await happened(database, 1, 2, 3)
        bus = await started(database, consumers(fickle))
        original = fickle.__call__

        async def worse(session, event) -> None:
            if event.data["number"] == 2 and fickle.calls.count(2) == 1:
                fickle.calls.append(2)
                raise RuntimeError("not again")
            await original(session, event)

        worse.__name__ = "fickle"
        bus = await started(database, consumers(worse))

        await bus.deliver_all()

        assert await effects_in(database) == [1]
        assert (await state(database, "fickle"))[1:] == (1, "RuntimeError: not again")

    async def test_of_a_row_that_the_database_refuses_is_that_events(self, database, effects):
        async def careless(session, event) -> None:
            await note(session, event)
            if event.data["number"] == 2:
                session.add(EventConsumer(name="careless", position=0))

        await happened(database, 1, 2, 3)
        bus = await started(database, consumers(careless))

        for _ in range(5):
            await bus.deliver_all()
            await time_passes(database)

        assert await effects_in(database) == [1, 3]
        async with database.reading() as connection:
            [dead] = (await connection.execute(select(DeadLetter.__table__))).all()
        assert dead.position == 2
        assert "UniqueViolation" in dead.last_error

    async def test_at_random_in_two_buses_leaves_one_effect_of_each(self, database, effects):
        fickle = Fickle({number: number % 3 for number in range(0, 120, 7)})
        await in_bulk(database, 0, 120)
        buses = [await started(database, consumers(fickle)) for _ in range(2)]

        while (await state(database, "fickle"))[0] < 120:
            await asyncio.gather(*(bus.deliver_all() for bus in buses))
            await time_passes(database)

        assert await effects_in(database) == list(range(120))


class TestSubscribe:
    async def test_hands_over_the_guides_envelope(self, database):
        seen: list[dict] = []

        async def handle(event_data) -> None:
            seen.append(event_data)

        registry = Registry()
        bus = await started(database, registry)
        await EventBus(registry).subscribe("test.*", handle)
        await happened(database, 7)

        await bus.deliver_all()

        [envelope] = seen
        assert envelope["event_type"] == "test.happened"
        assert envelope["timestamp"].endswith("Z")
        assert envelope["data"] == {"customer_id": 1, "number": 7}
        assert (envelope["position"], envelope["sequence"], envelope["actor"]) == (1, 1, "system")

    async def test_while_the_bus_runs_misses_nothing_from_then_on(self, database):
        seen: list[int] = []

        async def handle(event_data) -> None:
            seen.append(event_data["data"]["number"])

        registry = Registry()
        bus = await started(database, registry)
        await happened(database, 1)
        await EventBus(registry).subscribe("test.happened", handle)
        await happened(database, 2)

        await bus.deliver_all()

        assert seen == [2]

    async def test_refuses_what_cannot_be_awaited(self):
        def handle(_event_data) -> None:
            """Not async."""

        with pytest.raises(TypeError, match="async function"):
            await EventBus(Registry()).subscribe("test.happened", handle)

    async def test_refuses_another_function_of_the_same_name(self):
        def made():
            async def handle(_event_data) -> None:
                """One of many."""

            return handle

        bus, handler = EventBus(Registry()), made()
        await bus.subscribe("test.happened", handler)
        await bus.subscribe("test.happened", handler)
        await bus.subscribe("test.*", made())

        with pytest.raises(ValueError, match="another handler is subscribed"):
            await bus.subscribe("test.happened", made())
