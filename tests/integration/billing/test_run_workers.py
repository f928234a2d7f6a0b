"""Billing runs as work: resumed after a crash, shared by workers, previewed, started by a clock."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from domain.billing import run_worker
from domain.billing.kinds import ItemState, RunState
from domain.billing.models import Invoice
from domain.billing.run_worker import drive, drive_all, schedule_and_drive
from domain.kernel.access import SYSTEM
from tests.support.billing import billed, run_of, started_run
from tests.support.events import announced
from tests.support.fuzz.invariants import broken_invariants
from tests.support.subscribed import subscribed_customers

TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(run_worker, "CHUNK", 2)


async def invoices_by_account(database):
    async with database.unit_of_work(SYSTEM) as session:
        rows = await session.execute(
            select(Invoice.customer_id, func.count()).group_by(Invoice.customer_id)
        )
        return dict(rows.all())


async def test_shows_its_progress_and_goes_on_where_it_was_left(database):
    customers = await subscribed_customers(database, 5)
    run_id = await started_run(database, TODAY)

    is_over = await drive(database, run_id, chunks=1)

    left = await run_of(database, run_id)
    assert not is_over
    assert (left.run.state, left.run.item_count) == (RunState.RUNNING, 5)
    assert (left.run.issued_count, left.run.pending_count) == (2, 3)
    await drive_all(database)
    done = await run_of(database, run_id)
    assert (done.run.state, done.run.issued_count, done.run.pending_count) == (RunState.DONE, 5, 0)
    assert await invoices_by_account(database) == dict.fromkeys(customers, 1)


async def test_a_crash_in_the_middle_of_a_chunk_loses_and_doubles_nothing(database, monkeypatch):
    customers = await subscribed_customers(database, 4)
    run_id = await started_run(database, TODAY)
    await drive(database, run_id, chunks=1)
    charge = run_worker.charge_items

    async def dies(session, run, items):
        await charge(session, run, items)
        raise KeyboardInterrupt

    monkeypatch.setattr(run_worker, "charge_items", dies)
    with pytest.raises(KeyboardInterrupt):
        await run_worker._chunk(database, run_id)
    monkeypatch.setattr(run_worker, "charge_items", charge)

    assert (await run_of(database, run_id)).run.pending_count == 2
    await drive_all(database)
    assert await invoices_by_account(database) == dict.fromkeys(customers, 1)
    assert await broken_invariants(database) == {}


async def test_many_workers_and_runs_at_once_charge_everybody_once(database):
    customers = await subscribed_customers(database, 9)
    first, second = await started_run(database, TODAY), await started_run(database, TODAY)

    await asyncio.gather(
        drive(database, first, workers=3), drive(database, second, workers=2), drive_all(database)
    )

    runs = [(await run_of(database, run_id)).run for run_id in (first, second)]
    assert [run.state for run in runs] == [RunState.DONE, RunState.DONE]
    assert sum(run.issued_count for run in runs) == 9
    assert await invoices_by_account(database) == dict.fromkeys(customers, 1)
    assert await broken_invariants(database) == {}


async def test_what_is_wrong_with_one_account_holds_up_nobody_else(database):
    customers = await subscribed_customers(database, 4)
    async with database.engine.begin() as connection:
        for statement in (
            "create function billing.refuse_one() returns trigger language plpgsql as $$"
            f" begin if new.customer_id = {customers[1]} then raise 'no'; end if;"
            " return new; end $$",
            "create trigger refuse_one before insert on billing.invoices for each row"
            " execute function billing.refuse_one()",
        ):
            await connection.execute(text(statement))

    run = await billed(database, TODAY)

    assert run.run.state is RunState.PARTIAL
    assert [item.state for item in run.items] == [
        ItemState.ISSUED,
        ItemState.FAILED,
        ItemState.ISSUED,
        ItemState.ISSUED,
    ]
    assert (await announced(database, "billing.run.finished"))[0][1]["failed"] == 1


async def test_a_dry_run_tells_what_it_would_charge_and_issues_nothing(database):
    customers = await subscribed_customers(database, 3)

    run = await billed(database, TODAY, is_dry_run=True)

    assert [(item.customer_id, item.state, item.net_minor) for item in run.items] == [
        (customer_id, ItemState.PREVIEWED, 3000) for customer_id in customers
    ]
    assert await invoices_by_account(database) == {}
    assert await announced(database, "billing.invoice") == []
    real = await billed(database, TODAY)
    assert [item.net_minor for item in real.items] == [item.net_minor for item in run.items]


async def test_the_clock_starts_one_run_a_day(database):
    customers = await subscribed_customers(database, 2)

    await asyncio.gather(schedule_and_drive(database), schedule_and_drive(database))
    await schedule_and_drive(database)

    assert [data["charged_on"] for _, data in await announced(database, "billing.run.started")] == [
        TODAY.isoformat()
    ]
    assert await invoices_by_account(database) == dict.fromkeys(customers, 1)
