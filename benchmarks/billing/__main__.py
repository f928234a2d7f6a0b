"""``python -m benchmarks.billing [CUSTOMERS]``: 100,000 of them unless told otherwise."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.billing.filling import fill
from benchmarks.billing.measuring import measured
from benchmarks.seeding import dsn
from domain.kernel.embedded_postgres import embedded_postgres
from migrations.migrate import migrate

_CUSTOMERS = 100_000
_HEAD = (
    "| customers | rate | memory of the process | killed after | missed | billed twice | gaps |\n"
    "|---|---|---|---|---|---|---|"
)


async def run(url: str, customers: int, tell: Callable[[str], None]) -> None:
    """Fill, bill, kill, go on, and tell what came of it."""
    await migrate(url)
    await fill(dsn(url), customers)
    outcome = await measured(url, customers, tell=tell)
    tell(_HEAD)
    tell(outcome.row)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _CUSTOMERS
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder), "billing") as server_url,
    ):
        asyncio.run(run(server_url, count, print))
