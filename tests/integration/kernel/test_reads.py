"""Reads written once: the same rows as ever, each reader's own, over connections that stay open."""

import asyncio
import contextlib
from dataclasses import FrozenInstanceError

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.customer import queries, records
from domain.customer.models import Customer
from domain.customer.queries import CustomerFilter, CustomerList
from domain.kernel import access
from domain.kernel.access import SYSTEM
from domain.kernel.paging import Slice
from domain.kernel.reads import one_of, own_customer, remembered, rows_of
from domain.kernel.records import select_record
from tests.support.customers import created_customer, created_reseller
from tests.support.statements import captured_statements

_PID = text("select pg_backend_pid()")


async def pid_of(database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(_PID)


async def found(database, actor, ids):
    async with database.reading_as(actor) as connection:
        return await queries.customers_by_id(connection, actor, ids)


class TestRemembered:
    async def test_every_use_finds_what_the_first_did_and_what_was_written_since(self, database):
        ids = [await created_customer(database, tags=["vip"]) for _ in range(3)]
        first = await found(database, SYSTEM, ids)
        ids.append(await created_customer(database))

        for _ in range(3):
            assert await found(database, SYSTEM, ids) == {
                **first,
                ids[3]: (await found(database, SYSTEM, ids[3:]))[ids[3]],
            }
        [record] = (await found(database, SYSTEM, ids[:1])).values()
        assert type(record) is records.Customer
        assert record.tags == ["vip"]
        with pytest.raises(FrozenInstanceError):
            record.id = 7

    async def test_readers_of_one_kind_see_each_their_own(self, database):
        resellers = [await created_reseller(database) for _ in range(2)]
        ids = [await created_customer(database, reseller_id=each) for each in resellers * 2]

        for _ in range(3):
            for number, each in enumerate(resellers):
                seen = await found(database, access.reseller(each, [each]), ids)
                assert [*seen] == [ids[number], ids[number + 2]]
            for each in ids:
                assert [*await found(database, access.customer(each), ids)] == [each]

    async def test_a_read_that_is_told_of_no_reader_is_nobodys(self, database):
        customer_id = await created_customer(database)

        @remembered
        def own(actor):
            return select(Customer.id).where(Customer.id == own_customer(actor))

        read = own(access.customer(customer_id))
        async with database.reading() as connection:
            assert [*map(tuple, await rows_of(connection, read))] == [(customer_id,)]
            assert await rows_of(connection, read.kept.statement) == []

    async def test_any_number_of_keys_has_the_same_text(self, database):
        ids = [await created_customer(database) for _ in range(3)]
        with captured_statements(database) as statements:
            for number in (1, 2, 3):
                assert len(await found(database, SYSTEM, ids[:number])) == number

        assert len({*statements}) == 1
        assert len(statements) == 3

    async def test_a_key_that_is_too_long_for_its_column_finds_nothing(self, database):
        customer_id = await created_customer(database)
        [number] = [
            each.customer_number for each in (await found(database, SYSTEM, [customer_id])).values()
        ]
        padded = f"{number:<20}x"

        for _ in range(2):
            async with database.reading() as connection:
                assert await queries.customers_by_number(connection, SYSTEM, [padded]) == {}

    async def test_filters_of_every_kind_are_the_same_at_every_use(self, database):
        tagged = await created_customer(database, tags=["vip"], email="Ada@example.com")
        await created_customer(database)
        for wanted in (CustomerFilter(tag="vip"), CustomerFilter(query="ADA@")):
            for _ in range(3):
                async with database.reading() as connection:
                    asked = CustomerList(Slice(first=5), wanted)
                    page = await queries.customer_page(connection, SYSTEM, asked)
                    assert [each.id for each in page.items] == [tagged]
                    assert await queries.customer_count(connection, SYSTEM, wanted) == 1

    async def test_inside_a_unit_of_work_a_read_sees_what_that_has_written(self, database):
        customer_id = await created_customer(database, first_name="Ada", last_name=None)
        for name in ("Bea", "Cleo", "Dora"):
            async with database.unit_of_work(SYSTEM) as session:
                customer = await session.get_one(Customer, customer_id)
                customer.display_name = name
                await session.flush()
                seen = await queries.customers_by_id(
                    await session.connection(), SYSTEM, [customer_id]
                )
                assert seen[customer_id].display_name == name

    async def test_a_statement_that_fails_says_so_as_ever(self, database):
        @remembered
        def fails(_actor):
            return select_record(records.Customer, Customer).where(
                one_of(Customer.id), text("1 / (customer.customers.id - customer.customers.id) = 1")
            )

        ids = [await created_customer(database)]
        for _ in range(3):
            with pytest.raises(DBAPIError) as failure:
                async with database.reading() as connection:
                    await rows_of(connection, fails(SYSTEM), keys=ids)
            assert failure.value.orig.sqlstate == "22012"


class TestReaders:
    async def test_one_batch_after_the_other_has_the_same_connection(self, database):
        assert len({await pid_of(database) for _ in range(3)}) == 1

    async def test_batches_at_once_have_one_each(self, database):
        async def busy():
            async with database.reading_as(SYSTEM) as connection:
                await connection.execute(text("select pg_sleep(0.05)"))
                return await connection.scalar(_PID)

        assert len({*await asyncio.gather(*(busy() for _ in range(4)))}) == 4

    async def test_the_platform_s_own_do_not_wait_for_those_of_operations(self, database):
        async with contextlib.AsyncExitStack() as held:
            for _ in range(database.engine.pool.size()):
                await held.enter_async_context(database.reading_as(SYSTEM))
            waiting = asyncio.create_task(held.enter_async_context(database.reading_as(SYSTEM)))

            async with asyncio.timeout(4):
                await pid_of(database)

            assert not waiting.done()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def test_one_that_was_cut_is_replaced(self, database):
        before = await pid_of(database)
        async with database.engine.connect() as other:
            await other.execute(text(f"select pg_terminate_backend({before})"))
        await asyncio.sleep(0.1)

        assert await pid_of(database) != before

    async def test_a_refusal_costs_no_connection(self, database):
        before = await pid_of(database)
        for _ in range(3):
            with pytest.raises(ValueError):
                async with database.reading():
                    raise ValueError

        assert await pid_of(database) == before

    async def test_a_cancelled_batch_leaves_its_statement_to_nobody(self, database):
        before = await pid_of(database)

        async def work():
            async with database.reading() as connection:
                await connection.execute(text("select pg_sleep(30)"))

        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await pid_of(database) != before

    async def test_writers_find_connections_however_many_have_read(self, database):
        async def read():
            async with database.reading() as connection:
                await connection.execute(text("select pg_sleep(0.05)"))

        await asyncio.gather(*(read() for _ in range(10)))
        async with asyncio.timeout(4):
            held = [await database.engine.connect() for _ in range(8)]
        for each in held:
            await each.close()
