"""The database itself keeps tenants apart, whatever predicate a query forgets."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel import access
from domain.kernel.access import ANONYMOUS, SYSTEM, Actor
from migrations.row_security import GRANTS, ROLE
from tests.support import postgres
from tests.support.customers import created_customer, created_reseller
from tests.support.row_security import (
    TwoTenants,
    customers_seen,
    secured_again,
    two_tenants,
    written,
)

#: Of no tenant: what is on sale, where the network is, the log's newest position. No column of
#: theirs says whose they are.
SHARED = {
    "billing.tax_rates",
    "tariff.tariff_plans",
    "radius.nas",
    "monitoring.network_segments",
    "monitoring.segment_coverage",
    "kernel.event_head",
}
#: May be written by tenants and not read.
APPENDED = {"kernel.audit_entries"}
#: Theirs by the customer's id, but the reseller's business.
NOT_FOR_CUSTOMERS = {"reseller.commission_entries", "kernel.event_deliveries"}
#: Columns of customers that tenants read and never change.
OF_STAFF = ("id", "reseller_id", "status", "status_reason", "deleted_at", "created_at")
OWNED = sorted({*GRANTS} - SHARED - APPENDED)

_UNPROTECTED = """
    select relation.oid::regclass::text from pg_class relation
    join pg_attribute on attrelid = relation.oid and attname in ('customer_id', 'reseller_id')
    where relkind in ('r', 'p') and not relispartition and relation.oid >= 16384
        and not (relrowsecurity and exists (
            select from pg_policy where polrelid = relation.oid and polcmd = '*'
                and polqual is not null and polwithcheck is not null
        ))
"""
_OF_CUSTOMERS = """
    select attrelid::regclass::text from pg_attribute join pg_class on pg_class.oid = attrelid
    where attname = 'customer_id' and relkind in ('r', 'p') and not relispartition
"""
_ALLOWED = """
    select distinct relation.oid::regclass::text
    from pg_class relation
    where relkind in ('r', 'p', 'v', 'm') and relation.oid >= 16384 and (
        has_any_column_privilege(:role, relation.oid, 'select, insert, update')
        or has_table_privilege(:role, relation.oid, 'delete, truncate')
    )
"""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def tenants() -> AsyncIterator[TwoTenants]:
    async with postgres.cloned_database() as url, two_tenants(url) as tenants:
        yield tenants


async def rows_seen(tenants: TwoTenants, actor: Actor, table: str) -> int:
    column = re.search(r"\((\w+)", GRANTS[table])
    counted = f"count({column[1]})" if column and "select (" in GRANTS[table] else "count(*)"
    async with tenants.database.reading_as(actor) as connection:
        return (await connection.execute(text(f"select {counted} from {table}"))).scalar_one()


async def customers_in(connection: AsyncConnection, table: str) -> set[int]:
    return {*await connection.scalars(text(f"select customer_id from {table}"))} - {None}


class TestCatalogue:
    async def test_every_table_that_names_a_tenant_is_protected(self, tenants):
        async with tenants.database.reading() as connection:
            assert {*await connection.scalars(text(_UNPROTECTED))} == set()

    async def test_tenants_may_touch_what_is_listed_and_nothing_else(self, tenants):
        async with tenants.database.reading() as connection:
            allowed = await connection.scalars(text(_ALLOWED), {"role": ROLE})

            assert {*allowed} == {*GRANTS}

    async def test_what_tenants_may_touch_is_protected_or_shared(self, tenants):
        protected = text("select oid::regclass::text from pg_class where relrowsecurity")
        async with tenants.database.reading() as connection:
            assert {*GRANTS} - {*await connection.scalars(protected)} == SHARED

    async def test_the_role_cannot_sign_in_nor_pass_by_policies(self, tenants):
        facts = text(
            "select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles"
            " where rolname = :role"
        )
        async with tenants.database.reading() as connection:
            assert [*(await connection.execute(facts, {"role": ROLE})).one()] == [False] * 4

    async def test_securing_rows_again_changes_nothing(self, tenants):
        policies = text("select * from pg_policies order by schemaname, tablename, policyname")
        async with tenants.database.reading() as connection:
            before = (await connection.execute(policies)).all()
        async with tenants.database.engine.begin() as connection:
            await connection.run_sync(secured_again)
        async with tenants.database.reading() as connection:
            assert (await connection.execute(policies)).all() == before


class TestReading:
    @pytest.mark.parametrize("table", OWNED)
    async def test_nobody_sees_a_row(self, tenants, table):
        assert await rows_seen(tenants, ANONYMOUS, table) == 0

    @pytest.mark.parametrize("kind", ["customer", "reseller"])
    async def test_a_tenant_sees_rows_of_its_own_customers_only(self, tenants, kind):
        mine, own = getattr(tenants, kind)("ours"), tenants.estates["ours"]["Customer"]
        async with tenants.database.reading() as connection:
            tables = {*await connection.scalars(text(_OF_CUSTOMERS))} & {*OWNED}
            everybodys = {table: await customers_in(connection, table) for table in tables}
        async with tenants.database.reading_as(mine) as connection:
            seen = {table: await customers_in(connection, table) for table in tables}
        if kind == "customer":
            everybodys |= {table: set() for table in NOT_FOR_CUSTOMERS & {*tables}}

        assert seen == {table: ids & {own} for table, ids in everybodys.items()}
        assert {"billing.invoices", "radius.sessions", "kernel.events"} <= tables

    async def test_a_reseller_sees_itself_and_its_customers(self, tenants):
        ours = tenants.estates["ours"]

        assert await customers_seen(tenants, tenants.reseller("ours")) == {ours["Customer"]}
        assert await rows_seen(tenants, tenants.reseller("ours"), "reseller.resellers") == 1
        assert await rows_seen(tenants, tenants.reseller("ours"), "webhook.endpoints") == 1
        assert await rows_seen(tenants, tenants.reseller("ours"), "webhook.secrets") == 1

    async def test_a_customer_sees_its_reseller_and_nothing_of_its_reseller_s(self, tenants):
        mine = tenants.customer("ours")

        assert await rows_seen(tenants, mine, "reseller.resellers") == 1
        assert await rows_seen(tenants, mine, "webhook.endpoints") == 0
        assert await rows_seen(tenants, mine, "reseller.commission_entries") == 0

    async def test_a_reseller_sees_the_customers_of_its_whole_subtree(self, tenants):
        child = await created_reseller(
            tenants.database, parent_id=tenants.estates["ours"]["Reseller"]
        )
        below = await created_customer(tenants.database, reseller_id=child)
        parent = tenants.estates["ours"]["Reseller"]

        seen = await customers_seen(tenants, access.reseller(parent, [parent, child]))

        assert seen == {tenants.estates["ours"]["Customer"], below}

    async def test_staff_and_services_see_all(self, tenants):
        async with tenants.database.reading_as(SYSTEM) as connection:
            role = await connection.scalar(text("select current_user"))

        assert role != ROLE
        assert await customers_seen(tenants, SYSTEM) >= {
            estate["Customer"] for estate in tenants.estates.values()
        }

    async def test_a_tenant_cannot_write_where_it_reads(self, tenants):
        with pytest.raises(DBAPIError, match="read-only transaction"):
            async with tenants.database.reading_as(tenants.customer("ours")) as connection:
                await connection.execute(text("update customer.customers set language = 'pt'"))

    @pytest.mark.parametrize("table", ["identity.accounts", "kernel.inbox", "kernel.audit_entries"])
    async def test_what_is_the_platform_s_own_is_out_of_reach(self, tenants, table):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenants.database.reading_as(tenants.reseller("ours")) as connection:
                await connection.execute(text(f"select * from {table}"))


class TestWriting:
    async def test_a_foreign_row_is_not_there_to_be_changed_or_removed(self, tenants):
        theirs = tenants.estates["theirs"]["Customer"]
        for actor in tenants.actors("ours"):
            for statement in (
                "update customer.customers set language = 'pt' where id = :id",
                "update customer.addresses set line2 = 'x' where customer_id = :id",
                "delete from customer.addresses where customer_id = :id",
            ):
                assert await written(tenants, actor, statement, id=theirs) == 0

    async def test_a_reseller_adds_no_customer_to_another_s(self, tenants):
        statement = """
            insert into customer.customers (type, status, subscription_state, display_name,
                reseller_id)
            values ('INDIVIDUAL', 'ACTIVE', 'INACTIVE', 'Eve', :reseller_id)
        """
        theirs = tenants.estates["theirs"]["Reseller"]

        with pytest.raises(ProgrammingError, match="violates row-level security"):
            await written(tenants, tenants.reseller("ours"), statement, reseller_id=theirs)

    @pytest.mark.parametrize("column", OF_STAFF)
    async def test_what_staff_say_of_a_customer_is_not_for_tenants_to_change(self, tenants, column):
        for actor in tenants.actors("ours"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                await written(tenants, actor, f"update customer.customers set {column} = {column}")

    async def test_nothing_is_hung_onto_a_foreign_customer(self, tenants):
        theirs = tenants.estates["theirs"]["Customer"]
        statement = """
            insert into customer.communication_preferences (customer_id, communication_type)
            values (:id, 'EMAIL')
        """
        for actor in tenants.actors("ours"):
            with pytest.raises(ProgrammingError, match="violates row-level security"):
                await written(tenants, actor, statement, id=theirs)

    async def test_a_secret_may_name_a_row_out_of_scope(self, tenants):
        async with tenants.database.unit_of_work(ANONYMOUS) as session:
            before = await session.scalar(text("select count(*) from customer.customers"))
            await session.leave_scope()
            after = await session.scalar(text("select count(*) from customer.customers"))

        assert before == 0
        assert after >= 2
        assert await customers_seen(tenants, ANONYMOUS) == set()
