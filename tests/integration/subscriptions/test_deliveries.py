"""How deliveries are opened and claimed: little when idle, bounded when far behind, by indexes."""

import asyncio
from contextlib import contextmanager

import orjson
import pytest
from sqlalchemy import event, text

from domain.kernel.access import SYSTEM
from domain.kernel.deliveries import DeliveryStatus
from domain.kernel.ids import uuid7
from domain.kernel.inbox import first_time
from subscriptions import deliveries
from subscriptions.claims import Claimant
from subscriptions.event_bus import Consumer, Registry
from tests.support.facts import SLOW_RETRY, HappenedToo, consumers, happened, in_bulk, running
from tests.support.handlers import effects_in, is_idle, left, note, place, started
from tests.support.postgres import drop_all_connections
from tests.support.statements import captured_statements


def consumer(name: str, handle, **options) -> Consumer:
    every = frozenset({"test.*"})
    return Consumer(name, every, handle, origin=handle, replays=True, retry=SLOW_RETRY, **options)


class Directory:
    """A source whose consumers come and go."""

    def __init__(self) -> None:
        self.known: dict[str, Consumer] = {}

    async def consumers(self):
        return self.known


class TestRound:
    async def test_of_idle_consumers_is_one_statement_for_all(self, database, effects):
        registry = Registry()
        for number in range(20):
            await registry.add(consumer(f"idle {number}", note))
        bus = await started(database, registry)
        await happened(database, 1)
        await bus.deliver_all()

        with captured_statements(database) as statements:
            await bus.deliver_all()

        assert len(statements) == 1

    async def test_of_events_that_nobody_wants_is_one_statement_more(self, database, effects):
        registry = consumers(note, pattern="other.*")
        await registry.add(consumer("wants another", note))
        registry.known["wants another"] = Consumer(
            "wants another", frozenset({"another.thing"}), note, origin=note, replays=True
        )
        bus = await started(database, registry)
        await in_bulk(database, 0, 30)

        with captured_statements(database) as statements:
            await bus.deliver_all()

        # Look, and move both.
        assert len(statements) == 2
        assert [await place(database, name) for name in registry.known] == [30, 30]

    async def test_asks_other_sources_for_consumers_that_came_and_went(self, database, effects):
        directory = Directory()
        bus = await started(database, Registry(), directory)
        directory.known["late"] = consumer("late", note)
        await happened(database, 1)
        await bus.deliver_all()
        await bus.deliver_all()
        handled = await effects_in(database)

        del directory.known["late"]
        await happened(database, 2)
        await bus.deliver_all()

        assert handled == [1]
        assert await effects_in(database) == [1]

    async def test_opens_each_pattern_of_a_consumer_once(self, database, effects):
        registry = Registry()
        both = Consumer(
            "both",
            frozenset({"test.happened", "test.*", "test.happened_too"}),
            note,
            origin=note,
            replays=True,
        )
        await registry.add(both)
        bus = await started(database, registry)
        await happened(database, 1)
        await happened(database, 2, kind=HappenedToo)

        await bus.deliver_all()

        assert await effects_in(database) == [1, 2]

    async def test_leaves_the_rest_of_a_long_way_in_the_log(
        self, database, effects, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(deliveries, "_PAGE", 20)
        monkeypatch.setattr(deliveries, "MOST_WAITING", 10)
        goes_on = asyncio.Event()

        async def held(session, logged) -> None:
            await goes_on.wait()
            await note(session, logged)

        await in_bulk(database, 0, 100)
        bus = await started(database, consumers(held))
        async with running(bus.run()):
            async with asyncio.timeout(60):
                while not bus._full:
                    bus.wake()
                    await asyncio.sleep(0.01)
            assert await place(database, "held") == 20
            goes_on.set()
            async with asyncio.timeout(20):
                while not await is_idle(database, "held", 100):
                    await asyncio.sleep(0.01)

        assert await effects_in(database) == list(range(100))


class TestOutsideATransaction:
    async def test_a_handler_gets_a_session_to_commit_for_itself(self, database, effects):
        async def own(session, logged) -> None:
            async with session.begin():
                await note(session, logged)
            async with session.begin():
                await note(session, logged)
                raise RuntimeError("after the first of two")

        await happened(database, 1)

        await (await started(database, consumers(own, in_transaction=False))).deliver_all()

        assert await effects_in(database) == [1]
        assert await left(database, "own") == [
            (1, DeliveryStatus.PENDING, 1, "RuntimeError: after the first of two")
        ]

    async def test_the_inbox_lets_a_second_delivery_do_nothing(self, database, effects):
        async def own(session, logged) -> None:
            async with session.begin():
                if await first_time(session, "own", logged.event_id):
                    await note(session, logged)
            if logged.data["number"] not in tried:
                tried.add(logged.data["number"])
                raise RuntimeError("the answer was lost")

        tried: set[int] = set()
        await happened(database, 1, 2)
        bus = await started(database, consumers(own, in_transaction=False))

        for _ in range(3):
            await bus.deliver_all()
            async with database.engine.begin() as connection:
                await connection.execute(
                    text("update kernel.event_deliveries set available_at = now()")
                )

        assert await effects_in(database) == [1, 2]
        assert await left(database, "own") == []

    async def test_waits_for_others_without_holding_a_connection(self, database, effects):
        waiting = asyncio.Barrier(12)

        async def own(_session, _logged) -> None:
            await waiting.wait()

        registry = Registry()
        await registry.add(
            consumer("own", own, is_ordered=False, in_transaction=False, most_at_once=12)
        )
        await in_bulk(database, 0, 12)

        async with asyncio.timeout(20):
            await (await started(database, registry)).deliver_all()

        assert await left(database, "own") == []


class TestInbox:
    async def test_knows_an_event_again_once_it_is_committed(self, database):
        event_id = uuid7()
        answers = []

        for is_kept in (False, True, True):
            async with database.session(SYSTEM) as session:
                answers.append(await first_time(session, "mail", event_id))
                if is_kept:
                    await session.commit()
        async with database.session(SYSTEM) as session:
            other = await first_time(session, "another", event_id)

        assert answers == [True, True, False]
        assert other


class TestOutage:
    async def test_while_a_handler_works_does_not_count_as_its_failure(
        self, database, database_url, effects
    ):
        begun, goes_on = asyncio.Event(), asyncio.Event()
        tries = 0

        async def slow(session, logged) -> None:
            nonlocal tries
            tries += 1
            begun.set()
            await goes_on.wait()
            await note(session, logged)

        await happened(database, 1)
        bus = await started(database, consumers(slow))
        async with running(bus.run()):
            await begun.wait()
            async with drop_all_connections(database_url):
                goes_on.set()
            async with asyncio.timeout(60):
                while not await _effects_despite_outage(database):
                    await asyncio.sleep(0.05)
                while not await is_idle(database, "slow", 1):
                    await asyncio.sleep(0.01)

        assert tries == 2
        assert await effects_in(database) == [1]


async def _effects_despite_outage(database) -> list[int]:
    try:
        return await effects_in(database)
    except Exception:
        return []


class TestPlans:
    OPEN = 50_000

    @pytest.fixture
    async def crowded(self, database):
        """Open deliveries of twenty consumers, forty streams each, and some dead ones."""
        for statement in (
            "insert into kernel.event_consumers (name, position)"
            " select 'consumer ' || n, 0 from generate_series(1, 20) n",
            "insert into kernel.event_deliveries"
            " (consumer, position, event_id, stream, status, died_at)"
            " select 'consumer ' || n % 20 + 1, n, gen_random_uuid(), 'customer:' || n / 20 % 40,"
            " case when n < 60 then 'DEAD' else 'PENDING' end, case when n < 60 then now() end"
            f" from generate_series(1, {self.OPEN}) n",
            "analyze kernel.event_deliveries",
        ):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))

    @pytest.mark.parametrize(
        ("act", "most_rows"),
        [
            # Of 2,500 that the consumer has open.
            (lambda claimant, *to: claimant.claim(*to, ordered(True), 4), 2_600),
            (lambda claimant, *to: claimant.claim(*to, ordered(False), 4), 20),
            (lambda claimant, *to: claimant.claim_next(*to, ordered(True), "customer:30"), 10),
        ],
        ids=["in order", "order-free", "next of a stream"],
    )
    async def test_a_claim_reads_along_an_index_what_is_the_consumers_own(
        self, database, crowded, act, most_rows
    ):
        with explained(database):
            async with database.engine.begin() as connection:
                with pytest.raises(Explained) as plan:
                    await act(Claimant("me", 30), connection)

        scans = [
            node
            for node in _nodes(plan.value.args[0])
            if node.get("Relation Name") == "event_deliveries" and "Scan" in node["Node Type"]
        ]
        assert "Seq Scan" not in {node["Node Type"] for node in scans}
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) <= most_rows


def ordered(is_ordered: bool) -> Consumer:
    return consumer("consumer 7", note, is_ordered=is_ordered)


class Explained(Exception):
    """The plan of a statement, as PostgreSQL carried it out."""


@contextmanager
def explained(database):
    """Statements are carried out, and their plans raised."""

    def explain(_connection, _cursor, statement, parameters, _context, _many):
        return f"explain (analyze, format json) {statement}", parameters

    def tell(_connection, cursor, _statement, _parameters, _context, _many):
        [(plan,)] = cursor.fetchall()
        raise Explained(orjson.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", explain, retval=True)
    event.listen(engine, "after_cursor_execute", tell)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", explain)
        event.remove(engine, "after_cursor_execute", tell)


def _nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
