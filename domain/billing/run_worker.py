"""The work of billing runs: any number of workers take items, and a crash loses none."""

import asyncio

import structlog
from sqlalchemy import select

from domain.billing.kinds import ItemState, RunState
from domain.billing.run_charging import charge_items
from domain.billing.run_models import BillingRun, BillingRunItem
from domain.billing.runs import BillingRunService, finish_if_done
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database, is_contention
from domain.kernel.errors import DomainError
from domain.kernel.unit_of_work import UnitOfWork

#: Items of one transaction: while it runs, whoever issues anything waits for its numbers.
CHUNK = 10

logger = structlog.get_logger(__name__)


async def drive(
    database: Database, run_id: int, *, workers: int = 1, chunks: int | None = None
) -> bool:
    """
    Charge what is pending of the run, ``chunks`` of items per worker at most; whether it is over.

    A chunk is one transaction. If it fails, its items are tried one by one, each in a transaction
    of its own, so that what is wrong with one account is its own matter.
    """
    await asyncio.gather(*(_work(database, run_id, chunks) for _ in range(workers)))
    async with database.unit_of_work(SYSTEM) as session:
        return await finish_if_done(session, run_id)


async def drive_all(database: Database, *, workers: int = 2) -> None:
    """Go on with every run that is not over, the oldest first: of whatever process started it."""
    async with database.unit_of_work(SYSTEM) as session:
        running = await session.scalars(
            select(BillingRun.id)
            .where(BillingRun.state == RunState.RUNNING)
            .order_by(BillingRun.id)
        )
        run_ids = running.all()
    for run_id in run_ids:
        await drive(database, run_id, workers=workers)


async def schedule_and_drive(database: Database) -> None:
    """Start the run of today if nobody has, then go on with all."""
    async with database.unit_of_work(SYSTEM) as session:
        await BillingRunService().start_scheduled(session)
    await drive_all(database)


async def _work(database: Database, run_id: int, chunks: int | None) -> None:
    done = 0
    while chunks is None or done < chunks:
        if not await _chunk(database, run_id):
            return
        done += 1


async def _chunk(database: Database, run_id: int) -> bool:
    """Whether there was anything to do."""
    taken: list[int] = []
    try:
        async with database.unit_of_work(SYSTEM) as session:
            items = await _taken(session, run_id, CHUNK)
            taken = [item.id for item in items]
            await _charge(session, run_id, items)
    except Exception as error:
        if not taken:
            raise
        logger.warning("billing items tried one by one", run_id=run_id, error=type(error).__name__)
        for item_id in taken:
            await _alone(database, run_id, item_id)
    return bool(taken)


async def _alone(database: Database, run_id: int, item_id: int) -> None:
    try:
        async with database.unit_of_work(SYSTEM) as session:
            await _charge(session, run_id, await _taken(session, run_id, 1, item_id))
    except Exception as error:
        # Others hold its rows: it stays pending, for the next who goes on with the run.
        if is_contention(error):
            return
        failure = error.code if isinstance(error, DomainError) else type(error).__name__
        logger.exception("billing item failed", run_id=run_id, item_id=item_id)
        async with database.unit_of_work(SYSTEM) as session:
            for item in await _taken(session, run_id, 1, item_id):
                item.state, item.failure, item.done_at = ItemState.FAILED, failure, session.now


async def _charge(session: UnitOfWork, run_id: int, items: list[BillingRunItem]) -> None:
    if items:
        run = await session.get_one(BillingRun, run_id)
        await charge_items(session, run, items)


async def _taken(
    session: UnitOfWork, run_id: int, most: int, item_id: int | None = None
) -> list[BillingRunItem]:
    """Pending items that no other worker has, locked until the transaction ends."""
    pending = select(BillingRunItem).where(
        BillingRunItem.run_id == run_id, BillingRunItem.state == ItemState.PENDING
    )
    if item_id is not None:
        pending = pending.where(BillingRunItem.id == item_id)
    found = await session.scalars(
        pending.order_by(BillingRunItem.id).limit(most).with_for_update(skip_locked=True)
    )
    return [*found]
