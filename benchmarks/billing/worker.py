"""A process that goes on with a billing run: ``python -m benchmarks.billing.worker URL RUN``."""

import asyncio
import sys

from domain.billing.run_worker import drive
from domain.kernel.database import Database, create_engine
from domain.kernel.logging import configure_logging

WORKERS = 2


async def go_on(url: str, run_id: int) -> None:
    """Charge all that is pending of the run."""
    database = Database(create_engine(url, pool_size=WORKERS + 2))
    try:
        await drive(database, run_id, workers=WORKERS)
    finally:
        await database.dispose()


if __name__ == "__main__":
    configure_logging(level="WARNING")
    asyncio.run(go_on(sys.argv[1], int(sys.argv[2])))
