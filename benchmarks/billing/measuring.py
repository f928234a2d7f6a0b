"""A run that is killed half way and gone on with: how fast, how large, and whether all is right."""

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import psutil

from benchmarks.seeding import dsn
from domain.billing.runs import BillingRunService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database, create_engine

_POLL_SECONDS = 0.2
_MEBIBYTE = 2**20
_ISSUED = "select count(*) from billing.billing_run_items where state = 'ISSUED'"
_PER_CUSTOMER = """
    select count(*) filter (where invoices = 0) as missed,
        count(*) filter (where invoices > 1) as twice
    from (
        select count(invoice.id) as invoices from customer.customers customer
        left join billing.invoices invoice on invoice.customer_id = customer.id
        group by customer.id
    ) each
"""
_GAPS = """
    select max(right(number, 6)::int) - count(*) from billing.invoices where number is not null
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What was found: ``rate`` is accounts a second over both processes, memory is resident MiB.

    ``early_mib`` is a process's memory after a tenth of its accounts, ``late_mib`` its largest.
    """

    customers: int
    killed_after: int
    rate: float
    early_mib: float
    late_mib: float
    missed: int
    twice: int
    gaps: int

    @property
    def row(self) -> str:
        """A row of a Markdown table."""
        shown = (
            f"{self.customers:,}",
            f"{self.rate:,.0f}/s",
            f"{self.early_mib:.0f} → {self.late_mib:.0f} MiB",
            f"{self.killed_after:,}",
            f"{self.missed}",
            f"{self.twice}",
            f"{self.gaps}",
        )
        return f"| {' | '.join(shown)} |"


async def measured(url: str, customers: int, *, tell: Callable[[str], None]) -> Outcome:
    """Start a run of today, kill its process half way, and have another go on with it."""
    database = Database(create_engine(url))
    async with database.unit_of_work(SYSTEM) as session:
        run_id = await BillingRunService().start(session)
    await database.dispose()
    connection = await asyncpg.connect(dsn(url))
    try:
        began = time.perf_counter()
        early, late = await _worked(url, run_id, connection, until=customers // 2, total=customers)
        killed_after = await connection.fetchval(_ISSUED)
        tell(f"killed after {killed_after:,}")
        second = await _worked(url, run_id, connection, until=None, total=customers)
        seconds = time.perf_counter() - began
        found = await connection.fetchrow(_PER_CUSTOMER)
        gaps = await connection.fetchval(_GAPS)
    finally:
        await connection.close()
    return Outcome(
        customers=customers,
        killed_after=killed_after,
        rate=customers / seconds,
        early_mib=early,
        late_mib=max(late, second[1]),
        missed=found["missed"],
        twice=found["twice"],
        gaps=gaps,
    )


async def _worked(
    url: str, run_id: int, connection: asyncpg.Connection, *, until: int | None, total: int
) -> tuple[float, float]:
    """Memory early and at its largest of a process, which is killed after ``until`` accounts."""
    before = await connection.fetchval(_ISSUED)
    command = (sys.executable, "-m", "benchmarks.billing.worker", url, str(run_id))
    process = await asyncio.create_subprocess_exec(*command)
    ended = asyncio.ensure_future(process.wait())
    early = late = 0.0
    while not ended.done():
        await asyncio.wait([ended], timeout=_POLL_SECONDS)
        late = max(late, _memory(process.pid))
        issued = await connection.fetchval(_ISSUED)
        if not early and issued - before >= total // 10:
            early = late
        if until is not None and issued >= until and not ended.done():
            process.kill()
            await ended
    return early or late, late


def _memory(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / _MEBIBYTE
    except psutil.NoSuchProcess:
        return 0.0
