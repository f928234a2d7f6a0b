"""Each read finds its rows by an index, among a hundred thousand customers and in every scope."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.database import Database, create_engine
from domain.kernel.errors import AccessDenied
from tests.support import multitude, postgres
from tests.support.multitude import LARGE, READERS, SMALL
from tests.support.reads import Query, all_reads, calls

Sent = list[tuple[str, tuple[Any, ...]]]

#: Sorting so many rows is nothing: a page of each of fifty parents has 550.
MOST_SORTED = 1_000
#: The small reseller's subtree, as a parameter has it.
OWN = (SMALL, [*SMALL])
#: Read → why it may go through a whole table, or sort more.
EXCEPTIONS = {
    "alerts_count": "the number of all",
    "audit_count": "the number of all, or of a part that no index has",
    "consumer_states": "all that waits, which is little unless something is wrong",
    "customer_count": "the number of all, or of a large part",
    "dunning_case_count": "the number of all, or of a large part",
    "entry_count": "the number of all, or of a large part",
    "ledger_totals": "the sums of all, or of a large part",
    "invoice_count": "the number of all, or of a large part",
    **dict.fromkeys(
        ("segments_by_id", "segments_count", "segments_page"),
        "a reseller's own are those of all its customers' postal codes, each looked up once",
    ),
    "session_count": "the number of all",
    "unclaimed_count": "the number of all",
}


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with postgres.cloned_database() as url:
        connection = await asyncpg.connect(postgres.dsn(url))
        await multitude.fill(connection)
        await connection.close()
        database = Database(create_engine(url, statement_timeout="60000"))
        yield database
        await database.dispose()


async def test_no_read_goes_through_a_table_or_sorts_more_than_its_pages(database):
    found: dict[str, set[str]] = {}
    number = swapped = 0
    for query in all_reads():
        for name in ("staff", "customer", "small reseller"):
            for statement, values in await sent_by(database, query, READERS[name]):
                number += 1
                offences = await judged(database, READERS[name], statement, values)
                if name == "small reseller":
                    # Nothing else is different: what it would read takes long, a plan does not.
                    larger = tuple([*LARGE] if value in OWN else value for value in values)
                    swapped += larger != values
                    offences |= await judged(database, READERS["large reseller"], statement, larger)
                found.setdefault(query.__name__, set()).update(offences)

    assert {name: each for name, each in found.items() if each and name not in EXCEPTIONS} == {}
    assert {name for name in EXCEPTIONS if not found[name]} == set()
    assert len(found) > 80
    assert number > 1_000
    assert swapped > 100


async def sent_by(database: Database, query: Query, actor: Actor) -> Sent:
    """The statements of every way to call the read."""
    async with database.reading_as(actor) as connection:
        with captured(connection) as sent:
            try:
                await calls(query, connection, actor)
            except AccessDenied:
                assert not actor.sees_all_rows
        return sent


@contextmanager
def captured(connection: AsyncConnection) -> Iterator[Sent]:
    """Statements sent meanwhile, with their parameters."""
    sent: Sent = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection.sync_connection, "before_cursor_execute", note)


async def judged(
    database: Database, actor: Actor, statement: str, values: tuple[Any, ...]
) -> set[str]:
    """What is wrong with the plan, in the actor's scope and under its policies."""
    async with database.reading_as(actor) as connection:
        explained = await connection.exec_driver_sql(f"explain (format json) {statement}", values)
        return {*offences_of(explained.scalar_one()[0]["Plan"])}


def offences_of(node: dict[str, Any]) -> Iterator[str]:
    for child in node.get("Plans", ()):
        yield from offences_of(child)
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in multitude.BIG:
        yield f"goes through {node['Relation Name']}"
    if node["Node Type"] == "Sort" and node["Plan Rows"] > MOST_SORTED:
        yield f"sorts {node['Plan Rows']} rows by {node['Sort Key']}"
