"""Handlers that fail: retried with growing delays, put aside at last, and never in the way."""

import asyncio
from contextlib import asynccontextmanager

from sqlalchemy import text

from domain.kernel.deliveries import DeliveryStatus, EventDelivery, Permanent, Unavailable
from domain.kernel.ids import uuid7
from subscriptions.claims import Claimant
from subscriptions.deliveries import open_next
from subscriptions.event_bus import Retry
from tests.support.facts import consumers, happened, in_bulk, running, time_passes
from tests.support.handlers import Fickle, effects_in, is_idle, left, note, place, started

PENDING, DEAD = DeliveryStatus.PENDING, DeliveryStatus.DEAD
BROKEN = "RuntimeError: not yet 2"


async def tried(bus, database, times: int) -> None:
    """The bus delivers what it can, again and again after every delay."""
    for _ in range(times):
        await bus.deliver_all()
        await time_passes(database)


@asynccontextmanager
async def autocommitted(database):
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection


async def opened(database, registry) -> None:
    """The consumers' deliveries are there, and nobody has begun one."""
    await started(database, registry)
    async with autocommitted(database) as connection:
        await open_next(connection, list(registry.known.values()), 0, 500)


async def error_of(database, position: int) -> str | None:
    return next(error for at, _, _, error in await left(database, "careless") if at == position)


class TestFailure:
    async def test_undoes_the_effect_and_holds_up_its_stream(self, database, effects):
        fickle = Fickle({3: 1})
        await happened(database, 1, 2, 3, 4)
        bus = await started(database, consumers(fickle))

        await bus.deliver_all()
        before = (await effects_in(database), await left(database, "fickle"))
        await bus.deliver_all()
        waited = await effects_in(database)
        await time_passes(database)
        await bus.deliver_all()

        failed = (3, PENDING, 1, "RuntimeError: not yet 3")
        assert before == ([1, 2], [failed, (4, PENDING, 0, None)])
        assert waited == [1, 2]
        assert await effects_in(database) == [1, 2, 3, 4]
        assert await is_idle(database, "fickle", 4)

    async def test_does_not_hold_up_other_streams(self, database, effects):
        await happened(database, 1, 2, 3)
        await happened(database, 4, customer_id=2)

        await (await started(database, consumers(Fickle({1: 1})))).deliver_all()

        assert await effects_in(database) == [4]

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
            "select extract(epoch from available_at - now()) from kernel.event_deliveries"
        )
        delays = []

        for _ in range(4):
            await bus.deliver_all()
            async with database.reading() as connection:
                delays.append(await connection.scalar(seconds))
            await time_passes(database)

        for number, delay in enumerate(delays):
            assert 50 * 2**number - 30 < delay <= 100 * 2**number

    async def test_repeats_nothing_that_was_done_before_it(self, database, effects):
        fickle = Fickle({3: 1})
        await happened(database, 1, 2, 3)

        await tried(await started(database, consumers(fickle)), database, 2)

        assert fickle.calls == [1, 2, 3, 3]
        assert await effects_in(database) == [1, 2, 3]

    async def test_at_random_in_two_buses_leaves_one_effect_of_each(self, database, effects):
        fickle = Fickle({number: number % 3 for number in range(0, 40, 4)})
        await in_bulk(database, 0, 40)
        buses = [await started(database, consumers(fickle)) for _ in range(2)]

        while not await is_idle(database, "fickle", 40):
            await asyncio.gather(*(bus.deliver_all() for bus in buses))
            await time_passes(database)

        assert await effects_in(database) == list(range(40))

    async def test_of_a_row_that_the_database_refuses_is_that_events(self, database, effects):
        async def careless(session, event) -> None:
            await note(session, event)
            if event.data["number"] == 2:
                nobody = {"consumer": "nobody", "event_id": uuid7(), "stream": "", "position": 1}
                session.add(EventDelivery(**nobody, status=PENDING))

        await happened(database, 1, 2)

        await (await started(database, consumers(careless))).deliver_all()

        assert await effects_in(database) == [1]
        said = "ForeignKeyViolationError: event_deliveries_consumer_fkey"
        assert await error_of(database, 2) == said

    async def test_of_the_commit_behind_the_handler_undoes_the_delivery_too(
        self, database, effects
    ):
        async def careless(session, event) -> None:
            await note(session, event)
            await note(session, event)

        async with database.engine.begin() as connection:
            unique = "add constraint once unique (number) deferrable initially deferred"
            await connection.execute(text(f"alter table effects {unique}"))
        await happened(database, 1)

        await (await started(database, consumers(careless))).deliver_all()

        assert await effects_in(database) == []
        assert await left(database, "careless") == [(1, PENDING, 1, "UniqueViolationError: once")]

    async def test_error_is_kept_without_values_of_rows_and_within_bounds(self, database, effects):
        async def careless(session, event) -> None:
            if event.data["number"] == 1:
                raise RuntimeError("x" * 5000)
            secret = text("select cast('secret' as int)")
            await session.execute(secret)

        await happened(database, 1)
        await happened(database, 2, customer_id=2)

        await (await started(database, consumers(careless))).deliver_all()

        assert len(await error_of(database, 1)) == 1000
        assert await error_of(database, 2) == "InvalidTextRepresentationError: 22P02"


class TestDeadLetter:
    async def test_is_made_of_the_fifth_failure_and_parks_its_stream(self, database, effects):
        await happened(database, 1, 2, 3)
        await happened(database, 4, customer_id=2)

        await tried(await started(database, consumers(Fickle({2: 5}))), database, 6)

        assert sorted(await effects_in(database)) == [1, 4]
        assert await left(database, "fickle") == [(2, DEAD, 5, BROKEN), (3, PENDING, 0, None)]

    async def test_of_an_order_free_handler_parks_nothing(self, database, effects):
        registry = consumers(Fickle({2: 5}), is_ordered=False, most_at_once=1)
        await happened(database, 1, 2, 3)

        await tried(await started(database, registry), database, 5)

        assert await effects_in(database) == [1, 3]
        assert await left(database, "fickle") == [(2, DEAD, 5, BROKEN)]

    async def test_of_an_event_that_comes_later_parks_it_for_this_handler_only(
        self, database, effects
    ):
        bus = await started(database, consumers(Fickle({1: 5}), note))
        await happened(database, 1)
        await tried(bus, database, 5)
        await happened(database, 2)

        await bus.deliver_all()

        assert await effects_in(database) == [1, 2]
        assert [at for at, *_ in await left(database, "fickle")] == [1, 2]
        assert await place(database, "fickle") == 2

    async def test_is_made_at_once_where_trying_again_cannot_help(self, database, effects):
        async def hopeless(_session, _event) -> None:
            raise Permanent("no such place")

        await happened(database, 1)

        await (await started(database, consumers(hopeless))).deliver_all()

        assert await left(database, "hopeless") == [(1, DEAD, 1, "Permanent: no such place")]

    async def test_of_what_others_would_not_have_is_no_error_of_ours(
        self, database, effects, caplog
    ):
        async def refused(_session, _event) -> None:
            raise Unavailable("503")

        await happened(database, 1)
        caplog.set_level("INFO")

        await (await started(database, consumers(refused))).deliver_all()

        assert await left(database, "refused") == [(1, PENDING, 1, "Unavailable: 503")]
        [told] = [each for each in caplog.records if "event not taken" in str(each.msg)]
        assert (told.levelname, told.exc_info) == ("INFO", None)

    async def test_is_made_of_an_event_whose_handler_takes_five_processes_down(
        self, database, effects
    ):
        registry = consumers(note)
        await happened(database, 1, 2)
        await opened(database, registry)

        for number in range(5):
            async with autocommitted(database) as connection:
                dying = Claimant(f"process {number}", 30)
                [claim] = await dying.claim(connection, registry.known["note"], 4)
            assert (claim.position, claim.attempts) == (1, number + 1)
            await time_passes(database)
        await (await started(database, registry)).deliver_all()

        [dead, parked] = await left(database, "note")
        assert dead[:3] == (1, DEAD, 5)
        assert dead[3].startswith("Abandoned")
        assert parked == (2, PENDING, 0, None)
        assert await effects_in(database) == []

    async def test_is_made_of_an_event_that_the_log_has_lost(self, database, effects):
        bus = await started(database, consumers(note, retry=Retry(())))
        await happened(database, 1)
        async with database.engine.begin() as connection:
            await connection.execute(
                text(
                    "insert into kernel.event_deliveries"
                    " (consumer, position, event_id, stream, status)"
                    f" values ('note', 7, '{uuid7()}', 'customer:7', 'PENDING')"
                )
            )

        await bus.deliver_all()

        assert await left(database, "note") == [
            (7, DEAD, 1, "Permanent: the event is no longer in the log")
        ]


class TestLease:
    async def test_lost_while_the_handler_worked_undoes_what_it_did(self, database, effects):
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def slow(session, event) -> None:
            await note(session, event)
            if not begun.is_set():
                begun.set()
                await goes_on.wait()
                await note(session, event)

        await happened(database, 1)
        zombie = await started(database, consumers(slow))
        working = asyncio.create_task(zombie.deliver_all())
        await begun.wait()
        await time_passes(database)
        await (await started(database, consumers(slow))).deliver_all()
        goes_on.set()
        await working

        assert await effects_in(database) == [1]
        assert await is_idle(database, "slow", 1)

    async def test_a_handler_that_would_outlast_it_has_failed(self, database, effects):
        async def endless(session, event) -> None:
            await note(session, event)
            await asyncio.Event().wait()

        await happened(database, 1)

        await (await started(database, consumers(endless), lease_seconds=0.25)).deliver_all()

        assert await effects_in(database) == []
        assert await left(database, "endless") == [
            (1, PENDING, 1, "TimeoutError: no end after 0.2 seconds")
        ]

    async def test_is_given_back_when_the_process_ends(self, database, effects):
        begun = asyncio.Event()

        async def endless(session, event) -> None:
            await note(session, event)
            begun.set()
            await asyncio.Event().wait()

        await happened(database, 1)
        bus = await started(database, consumers(endless))

        async with running(bus.run()):
            await begun.wait()

        assert await effects_in(database) == []
        assert await left(database, "endless") == [(1, PENDING, 0, None)]
