"""What operations ask at the same time is asked once, and each gets what it alone would have."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.kernel import access
from domain.kernel.access import Permission
from resolvers.loaders import Loaders
from resolvers.sharing import SharedReads
from tests.support.customers import created_customer, created_reseller
from tests.support.statements import captured_statements

READER = access.service("service:one", [Permission.CUSTOMER_READ])
ANOTHER_READER = access.service("service:two", [Permission.CUSTOMER_READ])
POOR_READER = access.service("service:three", [Permission.CUSTOMER_READ, Permission.PII_READ])


@pytest.fixture
def reads(database) -> SharedReads:
    return SharedReads(database)


class Unreachable(Exception):
    """What a read may fail with."""


async def sleeping(connection, _actor, keys):
    await connection.execute(text("select pg_sleep(30)"))
    return dict.fromkeys(keys)


class TestOperationsAtTheSameTime:
    async def test_of_one_kind_of_reader_take_one_statement(self, database, reads):
        ids = [await created_customer(database) for _ in range(4)]

        with captured_statements(database) as statements:
            found = await asyncio.gather(
                *(
                    Loaders(reads, actor).customer_by_id.load(each)
                    for each, actor in zip(ids, [READER, ANOTHER_READER] * 2, strict=True)
                )
            )

        assert [each.id for each in found] == ids
        assert len(statements) == 1

    async def test_that_ask_with_other_arguments_or_permissions_do_not_share(self, database, reads):
        ids = [await created_customer(database) for _ in range(2)]

        with captured_statements(database) as statements:
            await asyncio.gather(
                Loaders(reads, READER).customer_by_id.load(ids[0]),
                Loaders(reads, POOR_READER).customer_by_id.load(ids[1]),
                Loaders(reads, READER).customer_by_number.load("C-1"),
            )

        assert len(statements) == 3

    async def test_of_tenants_find_each_their_own_and_nothing_of_the_other_s(self, database, reads):
        resellers = [await created_reseller(database) for _ in range(2)]
        ids = [await created_customer(database, reseller_id=each) for each in resellers]
        tenants = [access.reseller(each, [each]) for each in resellers]
        tenants += [access.customer(each) for each in ids]

        found = await asyncio.gather(
            *(Loaders(reads, tenant).customer_by_id.load_many(ids) for tenant in [*tenants, READER])
        )

        assert [[each and each.id for each in seen] for seen in found] == [
            [ids[0], None],
            [None, ids[1]],
            [ids[0], None],
            [None, ids[1]],
            ids,
        ]

    async def test_see_what_was_committed_before_they_asked(self, database, reads):
        async def created_and_read() -> None:
            for _ in range(10):
                customer_id = await created_customer(database)
                loaders = Loaders(reads, READER)
                assert (await loaders.customer_by_id.load(customer_id)) is not None

        await asyncio.gather(*(created_and_read() for _ in range(4)))

    async def test_that_ask_for_many_keys_are_not_mixed(self, database, reads):
        some = [await created_customer(database)]

        with captured_statements(database) as statements:
            await asyncio.gather(
                *(Loaders(reads, READER).customer_by_id.load_many(some * 2) for _ in range(2)),
                *(
                    Loaders(reads, READER).customer_by_id.load_many(range(start, start + 90))
                    for start in (100_000, 200_000)
                ),
            )

        assert len(statements) == 2


class TestAFailure:
    async def test_of_one_operation_s_key_fails_no_other(self, database, reads):
        customer_id = await created_customer(database)
        too_large = 2**40

        good, bad = await asyncio.gather(
            Loaders(reads, READER).customer_by_id.load(customer_id),
            Loaders(reads, READER).customer_by_id.load(too_large),
            return_exceptions=True,
        )

        assert good.id == customer_id
        assert isinstance(bad, DBAPIError)

    async def test_that_no_key_can_be_the_reason_for_is_told_to_all_at_once(self, reads):
        asked = []

        async def unreachable(_connection, _actor, keys):
            asked.append(sorted(keys))
            raise Unreachable

        groups = [Loaders(reads, READER) for _ in range(3)]
        answers = await asyncio.gather(
            *(group.one(unreachable).load(key) for key, group in enumerate(groups)),
            return_exceptions=True,
        )

        assert [type(each) for each in answers] == [Unreachable] * 3
        assert asked == [[0, 1, 2]]

    async def test_of_one_who_is_told_leaves_nobody_untold(self, reads):
        async def found(_connection, _actor, keys):
            return dict.fromkeys(keys, "found")

        def refuse(_found):
            raise Unreachable

        failures = []
        reads.ask(found, READER, [1], (), refuse, failures.append)
        told = asyncio.get_running_loop().create_future()
        reads.ask(found, READER, [2], (), told.set_result, told.set_exception)

        assert (await told)[2] == "found"
        assert [type(each) for each in failures] == [Unreachable]

    async def test_is_told_to_who_asks_alone_and_may_be_gone_the_next_time(self, reads):
        answers = [Unreachable, {1: "one"}]

        async def failing_once(_connection, _actor, _keys):
            answer = answers.pop(0)
            if answer is Unreachable:
                raise answer
            return answer

        group = Loaders(reads, READER)
        loader = group.one(failing_once)

        with pytest.raises(Unreachable):
            await loader.load(1)
        assert await loader.load(1) == "one"


class TestAnOperationThatIsOver:
    async def test_leaves_the_read_to_the_others(self, database, reads):
        customer_id = await created_customer(database)
        over, going_on = Loaders(reads, READER), Loaders(reads, READER)
        left = over.customer_by_id.load(customer_id)
        awaited = going_on.customer_by_id.load(customer_id)
        for _ in range(3):
            await asyncio.sleep(0)

        over.stop()

        assert (await awaited).id == customer_id
        assert not left.done()

    async def test_before_its_read_began_leaves_nothing_for_others_to_join(self, database, reads):
        customer_id = await created_customer(database)
        over, going_on = Loaders(reads, READER), Loaders(reads, READER)
        over.customer_by_id.load(customer_id)
        for _ in range(2):
            await asyncio.sleep(0)

        over.stop()

        async with asyncio.timeout(30):
            for _ in range(2):
                assert (await going_on.customer_by_id.load(customer_id)).id == customer_id
                going_on = Loaders(reads, READER)

    async def test_ends_a_statement_that_nobody_else_waits_for(self, database, reads):
        before = asyncio.all_tasks()
        groups = [Loaders(reads, READER) for _ in range(2)]
        for each in groups:
            each.one(sleeping).load(1)
        await _until_sleepers(database, 1)

        groups[0].stop()
        await _until_sleepers(database, 1)
        groups[1].stop()

        await _until_sleepers(database, 0)
        # A connection that was torn from its statement is closed by a task of its own.
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0.02)

    async def test_asks_for_nothing_more(self, database, reads):
        group = Loaders(reads, READER)
        group.customer_by_id.load(1)

        with captured_statements(database) as statements:
            group.stop()
            for _ in range(10):
                await asyncio.sleep(0)

        assert not statements


async def _until_sleepers(database, number: int) -> None:
    asked = text(
        "select count(*) from pg_stat_activity where state = 'active'"
        " and datname = current_database() and query = 'select pg_sleep(30)'"
    )
    async with asyncio.timeout(20), database.reading() as connection:
        while await connection.scalar(asked) != number:
            await asyncio.sleep(0.02)
