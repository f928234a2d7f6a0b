"""Single faults, each at the moment where it would hurt: rows of the table of failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database, create_engine
from domain.kernel.events import EventRow
from subscriptions import log
from subscriptions.hub import Hub
from subscriptions.relay import assign_positions
from tests.support.facts import Happened, happened, running
from tests.support.live import EVENTS, born, caught_up, following
from tests.support.server import running_api
from tests.support.waiting import eventually


async def committed(database: Database, *numbers: int) -> None:
    """Events whose program died between its commit and anything else."""
    for number in numbers:
        async with database.unit_of_work(SYSTEM) as session:
            await session.announce(Happened(customer_id=1, number=number))


async def log_of(database: Database) -> list[tuple[int | None, int]]:
    """Position and number of every event, in the order of insertion."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.position, EventRow.data).order_by(EventRow.id)
        )
        return [(row.position, row.data["number"]) for row in rows]


async def head_of(database: Database) -> int:
    async with database.reading() as connection:
        return (await log.read_head(connection)).position


@asynccontextmanager
async def connected(url: str, name: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's, to another database of the server if named."""
    address = make_url(url).set(drivername="postgresql")
    if name is not None:
        address = address.set(database=name)
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


class TestTheRelay:
    async def test_finds_what_was_committed_by_a_program_that_died_at_once(self, database):
        await committed(database, 1, 2)
        before = await log_of(database)

        assigned = await assign_positions(database)

        assert before == [(None, 1), (None, 2)]
        assert assigned == (2, 2)
        assert await log_of(database) == [(1, 1), (2, 2)]

    async def test_killed_inside_its_batch_has_given_no_position(self, database, database_url):
        await happened(database, 1)
        await committed(database, 2, 3)

        async with connected(database_url) as other:
            async with other.transaction():
                # The batch has its events and its positions, and waits to move the head.
                await other.execute("select from kernel.event_head for update")
                relaying = asyncio.ensure_future(assign_positions(database))
                await _killed_while_waiting(other)
            with pytest.raises(DBAPIError):
                await relaying

        assert await log_of(database) == [(1, 1), (None, 2), (None, 3)]
        assert await head_of(database) == 1
        assert await assign_positions(database) == (2, 3)
        assert await log_of(database) == [(1, 1), (2, 2), (3, 3)]

    @pytest.mark.parametrize("where", ["this database", "another database of the cluster"])
    async def test_and_readers_do_not_wait_for_a_long_transaction(
        self, database, database_url, where
    ):
        name = None if where == "this database" else "postgres"
        async with connected(database_url, name) as other, other.transaction():
            await other.execute("create temporary table held (id int) on commit drop")
            await other.execute("insert into held values (1)")
            await committed(database, 1)

            assert await assign_positions(database) == (1, 1)
            async with database.reading() as connection:
                [event] = await log.read_after(connection, 0)

        assert event.data["number"] == 1

    async def test_keeps_the_order_of_one_stream_whoever_began_first(self, database):
        """An order by transaction id would show the second change in front of the first."""
        async with database.unit_of_work(SYSTEM) as early:
            await early.execute(text("select pg_current_xact_id()"))
            await committed(database, 1)
            await early.announce(Happened(customer_id=1, number=2))

        await assign_positions(database)

        assert await log_of(database) == [(1, 1), (2, 2)]


async def _killed_while_waiting(other: asyncpg.Connection) -> None:
    """Kill the backend that waits for a lock of this connection's."""
    waiting = "select pid from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
    async with asyncio.timeout(60):
        while (pid := await other.fetchval(waiting)) is None:
            await asyncio.sleep(0.01)
    await other.execute("select pg_terminate_backend($1)", pid)


class TestAReader:
    async def test_goes_on_after_every_connection_was_killed(self, database_url):
        database = Database(create_engine(database_url, pool_size=5))
        hub = Hub(database)

        async with running(hub.run()), connected(database_url) as other:
            await hub.is_started.wait()
            await happened(database, 1)
            await eventually(lambda: hub.position == 1)
            await other.execute(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()"""
            )
            await _retried(lambda: happened(database, 2))
            await eventually(lambda: hub.position >= 2)

        await database.dispose()

    async def test_ahead_of_others_who_catch_up_gets_nothing_twice(self, api):
        """Both ask for the same and share the work; one of them is further on."""
        await caught_up(api)
        async with following(api) as feed:
            cursors = []
            for _ in range(6):
                await born(api)
                cursors.append((await feed.next())["cursor"])
        told: dict[str, list[str]] = {"behind": [], "ahead": []}

        async with api.socket() as socket:
            await socket.subscribe(EVENTS, {"after": cursors[0]}, id="behind")
            await socket.subscribe(EVENTS, {"after": cursors[3]}, id="ahead")
            while not all(cursors[-1] in each for each in told.values()):
                message = await socket.receive()
                told[message["id"]].append(message["payload"]["data"]["customerEvents"]["cursor"])

        assert told == {"behind": cursors[1:], "ahead": cursors[4:]}


async def _retried(work) -> None:
    """Do it once more if a connection was dead."""
    try:
        await work()
    except DBAPIError:
        await work()


class TestTheListener:
    async def test_holds_no_transaction_that_would_fill_the_queue_of_notifications(
        self, database_url, tmp_path
    ):
        broker = database_url.replace("postgresql+asyncpg://", "postgresql://")
        async with (
            running_api(database_url, tmp_path, broadcast_url=broker) as api,
            connected(database_url) as other,
        ):
            wakeup = api.application.services.stream.wakeup
            await eventually(lambda: wakeup.is_connected)
            states = await other.fetch(
                """select state, xact_start from pg_stat_activity
                   where datname = current_database() and application_name like '% listen'"""
            )

        assert [tuple(row) for row in states] == [("idle", None)]
