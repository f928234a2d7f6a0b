"""The writer of reads: soon, in batches, and nothing dropped."""

import asyncio

import pytest
from sqlalchemy import text

from domain.kernel import audit_writer
from domain.kernel.access import Role, staff
from domain.kernel.audit import AuditAction, AuditKind, new_entry
from domain.kernel.audit_writer import AuditWriter
from tests.support.audit import audited

CLERK = staff(Role.SUPPORT, "staff:sofia")


def reads(number):
    return [
        new_entry(CLERK, AuditKind.READ, AuditAction.READ, entity_type=f"Row {each}")
        for each in range(number)
    ]


async def written(database):
    return len(await audited(database, AuditKind.READ))


async def test_entries_of_many_operations_share_a_transaction(database):
    writer = AuditWriter(database)
    async with writer.running():
        for _ in range(50):
            await writer.put(reads(2))

    assert await written(database) == 100
    async with database.reading() as connection:
        transactions = text("select count(distinct xmin::text) from kernel.audit_entries")
        assert await connection.scalar(transactions) == 1


async def test_what_is_left_is_written_at_the_end(database):
    writer = AuditWriter(database)
    async with writer.running():
        await writer.put(reads(700))

    assert await written(database) == 700


async def test_without_a_running_writer_an_entry_is_written_at_once(database):
    await AuditWriter(database).put(reads(1))

    assert await written(database) == 1


async def test_a_database_that_is_away_loses_nothing(database):
    writer = AuditWriter(database)
    await rename(database, "audit_entries", "elsewhere")
    async with writer.running():
        await writer.put(reads(3))
        await asyncio.sleep(0.3)
        await rename(database, "elsewhere", "audit_entries")

    assert await written(database) == 3


async def test_a_full_buffer_makes_operations_wait_and_drops_nothing(database, monkeypatch):
    monkeypatch.setattr(audit_writer, "_MOST_WAITING", 10)
    writer = AuditWriter(database)
    await rename(database, "audit_entries", "elsewhere")
    async with writer.running():
        await writer.put(reads(10))
        late = asyncio.create_task(writer.put(reads(5)))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(late), 0.3)
        await rename(database, "elsewhere", "audit_entries")
        await late

    assert await written(database) == 15


async def rename(database, old, new):
    async with database.engine.begin() as connection:
        await connection.execute(text(f"alter table kernel.{old} rename to {new}"))
