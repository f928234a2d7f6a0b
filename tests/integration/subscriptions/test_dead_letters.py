"""What people do about dead letters and consumers: redrive, discard, pause, replay."""

import asyncio

import pytest
from sqlalchemy import text

from domain.kernel.access import Role, staff
from domain.kernel.consumers import ConsumerService
from domain.kernel.dead_letters import DeadLetterService, LetterKey
from domain.kernel.deliveries import DeliveryStatus
from domain.kernel.delivery_queries import ConsumerState, consumer_states
from domain.kernel.errors import Invalid, NotFound
from subscriptions.event_bus import Retry
from tests.support.events import announced
from tests.support.facts import consumers, happened, running, time_passes
from tests.support.handlers import Fickle, effects_in, left, note, place, started

PENDING, DEAD = DeliveryStatus.PENDING, DeliveryStatus.DEAD
OPERATOR = staff(Role.ADMIN, "staff:7")
ONCE = Retry(())


async def redriven(database, *positions: int, consumer: str = "fickle") -> int:
    async with database.unit_of_work(OPERATOR) as session:
        letters = [LetterKey(consumer, position) for position in positions]
        return await DeadLetterService().redrive(session, letters)


async def discarded(database, *positions: int, reason: str = "no use") -> int:
    async with database.unit_of_work(OPERATOR) as session:
        letters = [LetterKey("fickle", position) for position in positions]
        return await DeadLetterService().discard(session, letters, reason=reason)


async def replayed(database, name: str, *, after: int):
    async with database.unit_of_work(OPERATOR) as session:
        return await ConsumerService().replay(session, name, after=after)


async def state(database, name: str) -> ConsumerState:
    async with database.reading() as connection:
        [found] = await consumer_states(connection, OPERATOR, name)
    return found


@pytest.fixture
async def bus(database, effects):
    """Its consumer ``fickle`` has a dead letter at 2, and 3 and 4 wait behind it; 5 is done."""
    bus = await started(database, consumers(Fickle({2: 1}), retry=ONCE))
    await happened(database, 1, 2, 3, 4)
    await happened(database, 5, customer_id=2)
    await bus.deliver_all()
    assert sorted(await effects_in(database)) == [1, 5]
    return bus


class TestRedrive:
    async def test_is_done_and_what_was_parked_behind_it_follows_in_order(self, database, bus):
        assert await redriven(database, 2) == 1
        await bus.deliver_all()

        assert (await effects_in(database))[-3:] == [2, 3, 4]
        assert await left(database, "fickle") == []

    async def test_tries_as_often_as_at_first(self, database, effects):
        fickle = Fickle({1: 9})
        bus = await started(database, consumers(fickle, retry=Retry((0.0, 0.0))))
        await happened(database, 1)
        await bus.deliver_all()

        await redriven(database, 1)
        await bus.deliver_all()

        assert fickle.calls == [1] * 6
        assert [each[:3] for each in await left(database, "fickle")] == [(1, DEAD, 3)]

    async def test_is_told_in_the_log_with_who_did_it(self, database, bus):
        await redriven(database, 2)

        [(kind, data)] = await announced(database, "delivery.")
        event_id = data.pop("event_id")
        assert kind == "delivery.redriven"
        assert data == {
            "customer_id": None,
            "consumer": "fickle",
            "position": 2,
            "event_type": "test.happened",
            "reason": None,
        }
        async with database.reading() as connection:
            row = await connection.execute(
                text(
                    "select told.stream, told.actor, dead.event_id from kernel.events told,"
                    " kernel.events dead where told.type = 'delivery.redriven'"
                    " and dead.position = 2"
                )
            )
            stream, actor, dead_id = row.one()
        assert (stream, actor, str(dead_id)) == ("consumer:fickle", "staff:7", event_id)

    async def test_of_something_that_is_not_dead_redrives_nothing(self, database, bus):
        before = await left(database, "fickle")

        for positions in ((2, 3), (2, 77), (1,)):
            with pytest.raises(NotFound):
                await redriven(database, *positions)
        with pytest.raises(NotFound):
            await redriven(database, 2, consumer="another")
        with pytest.raises(Invalid, match="1 to 100"):
            await redriven(database)

        assert await left(database, "fickle") == before
        assert await announced(database, "delivery.") == []

    async def test_of_a_whole_consumer_takes_its_oldest(self, database, effects):
        numbers = range(1, 4)
        bus = await started(database, consumers(Fickle(dict.fromkeys(numbers, 1)), retry=ONCE))
        for number in numbers:
            await happened(database, number, customer_id=number)
        await bus.deliver_all()

        async with database.unit_of_work(OPERATOR) as session:
            assert await DeadLetterService().redrive_all(session, "fickle") == 3
        await bus.deliver_all()

        assert sorted(await effects_in(database)) == [1, 2, 3]

    async def test_of_an_unknown_consumer_is_refused(self, database):
        async with database.unit_of_work(OPERATOR) as session:
            with pytest.raises(NotFound):
                await DeadLetterService().redrive_all(session, "nobody")


class TestDiscard:
    async def test_frees_what_was_parked_and_says_why_in_the_log(self, database, bus):
        assert await discarded(database, 2, reason=" a test order ") == 1
        await bus.deliver_all()

        assert (await effects_in(database))[-2:] == [3, 4]
        assert await left(database, "fickle") == []
        [(kind, data)] = await announced(database, "delivery.")
        assert (kind, data["position"], data["reason"]) == (
            "delivery.discarded",
            2,
            "a test order",
        )

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
    async def test_needs_a_reason(self, database, bus, reason):
        with pytest.raises(Invalid, match="reason"):
            await discarded(database, 2, reason=reason)

        assert [each[:2] for each in await left(database, "fickle")] == [
            (2, DEAD),
            (3, PENDING),
            (4, PENDING),
        ]

    async def test_of_something_that_is_not_dead_discards_nothing(self, database, bus):
        with pytest.raises(NotFound):
            await discarded(database, 2, 3)

        assert len(await left(database, "fickle")) == 3


class TestPause:
    async def test_holds_the_consumer_where_it_is_until_it_is_resumed(self, database, effects):
        bus = await started(database, consumers(note))
        await happened(database, 1)
        await bus.deliver_all()
        async with database.unit_of_work(OPERATOR) as session:
            await ConsumerService().pause(session, "note")
        await happened(database, 2)
        await bus.deliver_all()
        held = (await effects_in(database), await place(database, "note"))

        async with database.unit_of_work(OPERATOR) as session:
            await ConsumerService().resume(session, "note")
        await bus.deliver_all()

        assert held == ([1], 1)
        assert await effects_in(database) == [1, 2]

    async def test_lets_no_open_delivery_be_claimed(self, database, effects):
        bus = await started(database, consumers(Fickle({1: 1})))
        await happened(database, 1)
        await bus.deliver_all()
        await time_passes(database)
        async with database.unit_of_work(OPERATOR) as session:
            await ConsumerService().pause(session, "fickle")

        await bus.deliver_all()

        assert await effects_in(database) == []
        assert [each[:3] for each in await left(database, "fickle")] == [(1, PENDING, 1)]

    async def test_and_its_end_are_told_in_the_log_once_each_with_who_did_it(self, database):
        bus = await started(database, consumers(note))
        await happened(database, 1)
        await bus.deliver_all()
        service = ConsumerService()
        for act in (service.resume, service.pause, service.pause, service.resume, service.resume):
            async with database.unit_of_work(OPERATOR) as session:
                await act(session, "note")

        told = {"customer_id": None, "consumer": "note", "position": 1}
        assert await announced(database, "delivery.") == [
            ("delivery.paused", told),
            ("delivery.resumed", told),
        ]
        async with database.reading() as connection:
            who = await connection.execute(
                text(
                    "select actor, stream from kernel.events where type like 'delivery.%'"
                    " group by actor, stream"
                )
            )
            assert who.all() == [("staff:7", "consumer:note")]

    async def test_of_an_unknown_consumer_is_refused(self, database):
        async with database.unit_of_work(OPERATOR) as session:
            with pytest.raises(NotFound):
                await ConsumerService().pause(session, "nobody")

    @pytest.mark.parametrize("name", ["webhook:1", "webhook:nobody"])
    async def test_of_a_webhook_endpoint_s_consumer_is_the_endpoint_s_alone(self, database, name):
        async with database.unit_of_work(OPERATOR) as session:
            for act in (ConsumerService().pause, ConsumerService().resume):
                with pytest.raises(Invalid) as refusal:
                    await act(session, name)
                assert refusal.value.path == ("name",)


class TestReplay:
    async def test_handles_everything_behind_the_position_once_more(self, database, effects):
        bus = await started(database, consumers(note))
        await happened(database, 1, 2, 3)
        await bus.deliver_all()

        await replayed(database, "note", after=1)
        await bus.deliver_all()

        assert await effects_in(database) == [1, 2, 3, 2, 3]

    async def test_drops_what_is_open_or_dead_behind_the_position(self, database, bus):
        told = await replayed(database, "fickle", after=1)
        await bus.deliver_all()

        assert (told.position, told.dropped, told.dead) == (5, 3, 1)
        assert (await effects_in(database)).count(1) == 1
        assert [n for n in await effects_in(database) if n in (2, 3, 4)] == [2, 3, 4]
        [(kind, data)] = await announced(database, "delivery.")
        assert (kind, data["after"], data["dead"]) == ("delivery.replayed", 1, 1)

    async def test_lets_no_try_that_is_under_way_be_completed(self, database, effects):
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def slow(session, event) -> None:
            await note(session, event)
            if not begun.is_set():
                begun.set()
                await goes_on.wait()

        bus = await started(database, consumers(slow))
        await happened(database, 1)
        async with running(bus.run()):
            await begun.wait()
            await replayed(database, "slow", after=0)
            goes_on.set()
            async with asyncio.timeout(60):
                while not await effects_in(database):
                    await asyncio.sleep(0.01)
        await bus.deliver_all()

        assert await effects_in(database) == [1]
        assert await left(database, "slow") == []

    async def test_is_refused_below_the_logs_floor_and_beyond_the_consumers_place(
        self, database, effects
    ):
        bus = await started(database, consumers(note))
        await happened(database, 1, 2, 3)
        await bus.deliver_all()
        async with database.engine.begin() as connection:
            await connection.execute(text("update kernel.event_head set floor = 2"))

        for after in (1, 4):
            with pytest.raises(Invalid, match="after"):
                await replayed(database, "note", after=after)

        assert await place(database, "note") == 3
        assert await announced(database, "delivery.") == []


class TestState:
    async def test_of_a_consumer_counts_what_it_has_to_do(self, database, bus):
        await happened(database, 6, customer_id=3)

        found = await state(database, "fickle")

        assert (found.position, found.lag) == (5, 1)
        assert (found.pending, found.running, found.parked, found.dead) == (0, 0, 2, 1)
        assert (found.is_ordered, found.is_paused) == (True, False)
        assert 0 < found.lag_seconds < 60

    async def test_of_one_that_has_done_all_is_without_lag(self, database, effects):
        bus = await started(database, consumers(note))
        await happened(database, 1)
        await bus.deliver_all()

        found = await state(database, "note")

        assert (found.lag, found.lag_seconds, found.pending) == (0, 0.0, 0)

    async def test_of_an_order_free_one_parks_nothing(self, database, effects):
        slow = consumers(Fickle({1: 1, 2: 1}), is_ordered=False, retry=ONCE)
        bus = await started(database, slow)
        await happened(database, 1, 2, 3)

        await bus.deliver_all()

        found = await state(database, "fickle")
        assert (found.pending, found.parked, found.dead) == (0, 0, 2)
