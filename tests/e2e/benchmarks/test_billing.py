"""The benchmark of billing runs, small: a killed process is gone on with, and all adds up."""

from benchmarks.billing.filling import fill
from benchmarks.billing.measuring import measured
from tests.support.fuzz.invariants import broken_invariants
from tests.support.postgres import dsn

CUSTOMERS = 120


async def test_a_run_whose_process_is_killed_bills_everybody_once(database, database_url):
    told: list[str] = []
    await fill(dsn(database_url), CUSTOMERS)

    outcome = await measured(database_url, CUSTOMERS, tell=told.append)

    assert (outcome.missed, outcome.twice, outcome.gaps) == (0, 0, 0)
    assert told == [f"killed after {outcome.killed_after}"]
    assert outcome.row.startswith("| 120 | ")
    assert await broken_invariants(database) == {}
