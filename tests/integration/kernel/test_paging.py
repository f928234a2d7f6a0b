"""Keyset pages on real rows: concatenated they are the list, whatever is written meanwhile."""

import pytest
from sqlalchemy import select

from domain.customer import models, records
from domain.kernel.access import SYSTEM
from domain.kernel.paging import Ordering, Page, Slice, page_of, pages_by_parent
from domain.kernel.records import select_record
from tests.support.customers import created_customer, created_reseller
from tests.support.statements import captured_statements

CUSTOMER = models.Customer
BY_ID = Ordering("id", (CUSTOMER.id,))
BY_NAME = Ordering("name", (CUSTOMER.display_name, CUSTOMER.id))
NEWEST = Ordering("newest", (CUSTOMER.created_at, CUSTOMER.id), descending=True)
orders = pytest.mark.parametrize("order", [BY_ID, BY_NAME, NEWEST], ids=lambda order: order.name)

#: Two of each name: the id decides.
NAMES = ("Émile", "ada", "Ada", "zoe", "Émile", "Zoe", "Ada")


async def page(database, order, part) -> Page[records.Customer]:
    async with database.reading() as connection:
        statement = select_record(records.Customer, CUSTOMER)
        return await page_of(connection, records.Customer, statement, order=order, part=part)


async def pages(database, order, parents, part) -> dict[int, Page[records.Customer]]:
    async with database.reading() as connection:
        return await pages_by_parent(
            connection,
            records.Customer,
            select_record(records.Customer, CUSTOMER),
            parent=CUSTOMER.reseller_id,
            parents=parents,
            order=order,
            part=part,
        )


async def in_order(database, order, **of) -> list[int]:
    keys = [column.desc() if order.descending else column for column in order.columns]
    async with database.reading() as connection:
        statement = select(CUSTOMER.id).filter_by(**of).order_by(*keys)
        return list(await connection.scalars(statement))


async def forwards(load, size) -> list[int]:
    """The ids of all pages from the first on; what each page says of its sides is right."""
    ids, after = [], None
    while True:
        found = await load(Slice.of(size, after, None, None))
        assert found.has_previous_page is (after is not None)
        ids += [item.id for item in found.items]
        if not found.has_next_page:
            return ids
        assert len(found.items) == size
        after = found.cursors[-1]


async def backwards(load, size) -> list[int]:
    """The same from the last page on."""
    ids, before = [], None
    while True:
        found = await load(Slice.of(None, None, size, before))
        assert found.has_next_page is (before is not None)
        ids = [item.id for item in found.items] + ids
        if not found.has_previous_page:
            return ids
        assert len(found.items) == size
        before = found.cursors[0]


async def named(database, names=NAMES, **facts) -> list[int]:
    return [
        await created_customer(database, first_name=name, last_name=None, **facts) for name in names
    ]


class TestPageOf:
    @orders
    async def test_pages_of_any_size_in_both_directions_are_the_list(self, database, order):
        await named(database)
        expected = await in_order(database, order)

        async def load(part):
            return await page(database, order, part)

        for size in (1, 2, 3, 7, 100):
            assert await forwards(load, size) == expected
            assert await backwards(load, size) == expected

    @orders
    async def test_what_is_written_between_pages_moves_no_row_to_another_page(
        self, database, order
    ):
        before = set(await named(database))
        expected = await in_order(database, order)
        written = iter(("AAA", "Ada", "m", "zzz", "Émile", "b", "y"))

        async def load(part):
            found = await page(database, order, part)
            await named(database, [next(written)])
            return found

        seen = await forwards(load, 3)

        assert len(seen) == len(set(seen))
        assert [id for id in seen if id in before] == expected

    async def test_a_deleted_row_is_still_a_place_to_go_on_from(self, database):
        ids = await named(database)
        first = await page(database, BY_ID, Slice.of(3, None, None, None))
        async with database.unit_of_work(SYSTEM) as session:
            row = await session.get_one(models.Customer, ids[2])
            await session.delete(
                await session.scalar(
                    select(models.StateChange).where(models.StateChange.customer_id == row.id)
                )
            )
            await session.flush()
            await session.delete(row)

        following = await page(database, BY_ID, Slice.of(3, first.cursors[-1], None, None))

        assert [item.id for item in following.items] == ids[3:6]

    async def test_an_empty_list_has_one_empty_page(self, database):
        assert await page(database, BY_ID, Slice.of(5, None, None, None)) == Page(
            [], [], has_next_page=False, has_previous_page=False
        )


class TestPagesByParent:
    @orders
    async def test_each_parents_pages_are_its_own_list(self, database, order):
        parents = [await created_reseller(database) for _ in range(3)]
        for number, parent in enumerate(parents):
            await named(database, NAMES[: 2 + 2 * number], reseller_id=parent)

        first = await pages(database, order, parents, Slice.of(3, None, None, None))

        for parent in parents:

            async def load(part, parent=parent):
                return (await pages(database, order, [parent], part))[parent]

            expected = await in_order(database, order, reseller_id=parent)
            assert [item.id for item in first[parent].items] == expected[:3]
            assert await forwards(load, 2) == expected
            assert await backwards(load, 2) == expected

    @pytest.mark.parametrize("number", [1, 10])
    async def test_many_parents_take_one_statement_and_childless_ones_have_no_page(
        self, database, number
    ):
        parents = [await created_reseller(database) for _ in range(number)]
        for parent in parents:
            await created_customer(database, reseller_id=parent)
        childless = await created_reseller(database)

        with captured_statements(database) as statements:
            found = await pages(database, BY_ID, [*parents, childless], Slice.of(5, *[None] * 3))

        assert len(statements) == 1
        assert sorted(found) == parents
