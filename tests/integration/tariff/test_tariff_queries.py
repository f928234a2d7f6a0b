"""Reads of tariffs on PostgreSQL: what each actor sees, pages, and statement budgets."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated
from domain.kernel.money import Money
from domain.kernel.paging import Slice
from domain.tariff import queries
from domain.tariff.commands import PlanChangeTime
from domain.tariff.models import FupState
from domain.tariff.periods import UsageMonth
from domain.tariff.queries import PlanFilter, PlanList, PlanOrderField, UsagePeriod
from domain.tariff.records import AssignmentState
from domain.tariff.services import TariffService
from tests.support.customers import created_customer, created_reseller
from tests.support.statements import captured_statements
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    retire,
    retired_plan,
    unit_of_work_at,
)

FIRST_10 = Slice(first=10)


async def read(database, query, *arguments, actor=SYSTEM, **options):
    async with database.reading() as connection:
        return await query(connection, actor, *arguments, **options)


async def seen_plans(database, actor):
    page = await read(database, queries.plans_page, PlanList(FIRST_10), actor=actor)
    return [plan.id for plan in page.items]


class TestPlans:
    async def test_staff_see_all_and_others_what_is_on_sale_or_theirs(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=mine)
        on_sale, theirs = await created_plan(database), await created_plan(database)
        await assigned_plan(database, customer_id, theirs)
        await retire(database, theirs)
        retired = await retired_plan(database)

        all_of_them = [on_sale, theirs, retired]
        assert await seen_plans(database, access.staff(Role.SUPPORT, "s")) == all_of_them
        assert await seen_plans(database, access.customer(customer_id)) == [on_sale, theirs]
        assert await seen_plans(database, access.reseller(mine, [mine])) == [on_sale, theirs]
        assert await seen_plans(database, access.reseller(other, [other])) == [on_sale]
        assert await seen_plans(database, access.customer(customer_id + 1)) == [on_sale]

    async def test_are_found_by_id_and_code_under_the_same_policy(self, database):
        on_sale = await created_plan(database, code="NEW")
        retired = await retired_plan(database, code="OLD")
        actor = access.customer(1)

        by_id = await read(database, queries.plans_by_id, [on_sale, retired, 99], actor=actor)
        by_code = await read(database, queries.plans_by_code, ["NEW", "OLD", "X"], actor=actor)

        assert list(by_id) == [on_sale]
        assert {code: plan.id for code, plan in by_code.items()} == {"NEW": on_sale}

    async def test_a_page_filters_orders_and_counts(self, database):
        await retired_plan(database, code="OLD", price=Money(1, "EUR"))
        for code, minor in (("A", 300), ("B", 100), ("C", 200)):
            await created_plan(database, code=code, price=Money(minor, "EUR"))
        wanted = PlanFilter(on_sale=True)
        asked = {"filter": wanted, "order_by": PlanOrderField.PRICE, "descending": True}

        first = await read(database, queries.plans_page, PlanList(Slice(first=2), **asked))
        after = Slice(first=2, after=first.cursors[-1])
        second = await read(database, queries.plans_page, PlanList(after, **asked))

        assert [plan.code for plan in first.items] == ["A", "C"]
        assert [plan.code for plan in second.items] == ["B"]
        assert (first.has_next_page, second.has_next_page) == (True, False)
        assert await read(database, queries.plan_count, wanted) == 3
        assert await read(database, queries.plan_count, PlanFilter(code=("OLD", "A"))) == 2
        assert await read(database, queries.plan_count, PlanFilter(on_sale=False)) == 1

    async def test_a_cursor_fits_no_other_filter(self, database):
        await created_plan(database)
        page = await read(database, queries.plans_page, PlanList(Slice(first=1)))

        with pytest.raises(Invalid, match="is not a cursor of this list"):
            await read(
                database,
                queries.plans_page,
                PlanList(Slice(first=1, after=page.cursors[0]), PlanFilter(on_sale=True)),
            )

    async def test_cost_one_statement_however_many(self, database):
        ids = [await created_plan(database) for _ in range(10)]

        for few in (ids[:1], ids):
            with captured_statements(database) as statements:
                assert len(await read(database, queries.plans_by_id, few)) == len(few)
            assert len(statements) == 1


class TestAssignments:
    async def test_the_current_one_is_the_customers_own_business(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=mine)
        plan_id = await created_plan(database)
        assignment_id = await assigned_plan(database, customer_id, plan_id)

        for actor, seen in (
            (access.staff(Role.BILLING, "b"), True),
            (access.customer(customer_id), True),
            (access.reseller(mine, [mine]), True),
            (access.reseller(other, [other]), False),
            (access.customer(customer_id + 1), False),
        ):
            current = await read(database, queries.current_assignments, [customer_id], actor=actor)
            by_id = await read(database, queries.assignments_by_id, [assignment_id], actor=actor)
            assert (customer_id in current, assignment_id in by_id) == (seen, seen)
        assert current == {}

    async def test_is_seen_inside_the_unit_of_work_that_made_it(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database)

        async with database.unit_of_work(SYSTEM) as session:
            await TariffService().assign_plan(session, customer_id, plan_id)
            current = await queries.current_assignments(
                await session.connection(), SYSTEM, [customer_id]
            )

        assert current[customer_id].tariff_plan_id == plan_id
        assert current[customer_id].price == Money(3000, "EUR")

    async def test_history_pages_run_newest_first_for_each_customer(self, database):
        customers = [await created_customer(database) for _ in range(2)]
        plans = [await created_plan(database) for _ in range(3)]
        for month, plan_id in enumerate(plans, start=1):
            for customer_id in customers:
                async with unit_of_work_at(
                    database, datetime(2025, month, 1, tzinfo=UTC)
                ) as session:
                    await TariffService().assign_plan(session, customer_id, plan_id)
        query = queries.assignment_pages_by_customer

        first = await read(database, query, customers, Slice(first=2))
        after = Slice(first=2, after=first[customers[0]].cursors[-1])
        second = await read(database, query, customers[:1], after)

        for customer_id in customers:
            assert [row.tariff_plan_id for row in first[customer_id].items] == [plans[2], plans[1]]
        assert [row.tariff_plan_id for row in second[customers[0]].items] == [plans[0]]
        counts = await read(database, queries.assignment_counts_by_customer, customers)
        assert counts == dict.fromkeys(customers, 3)

    async def test_history_tells_where_each_stands(self, database):
        customer_id = await created_customer(database)
        a, b, c = [await created_plan(database) for _ in range(3)]
        await assigned_plan(database, customer_id, a)
        await assigned_plan(database, customer_id, b)
        async with database.unit_of_work(SYSTEM) as session:
            for plan_id in (a, c):
                await TariffService().change_plan(
                    session, customer_id, plan_id, when=PlanChangeTime.NEXT_CYCLE
                )

        pages = await read(database, queries.assignment_pages_by_customer, [customer_id], FIRST_10)

        states = {(row.tariff_plan_id, row.state) for row in pages[customer_id].items}
        assert states == {
            (a, AssignmentState.ENDED),
            (b, AssignmentState.ACTIVE),
            (a, AssignmentState.WITHDRAWN),
            (c, AssignmentState.SCHEDULED),
        }


class TestUsageSummaries:
    async def test_judges_the_months_sum_by_the_present_plan(self, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database, a_metered_plan())
        await assigned_plan(database, customer_id, plan_id)
        await recorded_usage(database, customer_id, 700, uploaded_octets=150)

        summary = (await read(database, queries.usage_summaries, [customer_id]))[customer_id]

        month = UsageMonth.of(datetime.now(UTC))
        assert (summary.downloaded_octets, summary.uploaded_octets) == (700, 150)
        assert (summary.total_octets, summary.remaining_octets) == (850, 150)
        assert (summary.allowance_octets, summary.used_percent) == (1000, 85)
        assert summary.fup_state is FupState.NOTIFIED
        assert (summary.starts_at, summary.resets_at) == (month.starts_at, month.ends_at)
        assert summary.tariff_plan_id == plan_id

    async def test_is_zero_before_the_first_record_and_limitless_without_a_plan(self, database):
        customer_id = await created_customer(database)

        summary = (await read(database, queries.usage_summaries, [customer_id]))[customer_id]

        assert (summary.total_octets, summary.allowance_octets) == (0, None)
        assert (summary.remaining_octets, summary.used_percent) == (None, None)
        assert (summary.fup_state, summary.tariff_plan_id) == (FupState.NORMAL, None)

    async def test_the_previous_month_keeps_what_came_late(self, database):
        customer_id = await created_customer(database)
        previous = UsageMonth.of(datetime.now(UTC)).previous
        await recorded_usage(database, customer_id, 5, recorded_at=previous.starts_at)

        current = await read(database, queries.usage_summaries, [customer_id])
        last = await read(
            database, queries.usage_summaries, [customer_id], period=UsagePeriod.PREVIOUS
        )

        assert current[customer_id].total_octets == 0
        assert last[customer_id].total_octets == 5
        assert last[customer_id].resets_at == current[customer_id].starts_at

    async def test_is_the_customers_own_business(self, database):
        customer_id = await created_customer(database)
        stranger = await created_customer(database)

        seen = await read(
            database,
            queries.usage_summaries,
            [customer_id, stranger],
            actor=access.customer(customer_id),
        )

        assert list(seen) == [customer_id]


class TestPermission:
    @pytest.mark.parametrize(
        ("query", "argument"),
        [
            (queries.plans_by_id, [1]),
            (queries.plans_by_code, ["A"]),
            (queries.plans_page, PlanList(FIRST_10)),
            (queries.plan_count, PlanFilter()),
            (queries.current_assignments, [1]),
            (queries.assignments_by_id, [1]),
            (queries.assignment_counts_by_customer, [1]),
            (queries.usage_summaries, [1]),
        ],
        ids=lambda value: getattr(value, "__name__", ""),
    )
    async def test_reading_needs_it(self, database, query, argument):
        without = access.service("other", [Permission.BILLING_READ])

        with captured_statements(database) as statements:
            with pytest.raises(AccessDenied):
                await read(database, query, argument, actor=without)
            with pytest.raises(Unauthenticated):
                await read(database, query, argument, actor=access.ANONYMOUS)

        assert statements == []


class TestStatementBudget:
    async def test_one_statement_for_1_10_or_100_customers(self, database):
        customers = [await created_customer(database) for _ in range(10)]
        plan_id = await created_plan(database, a_metered_plan())
        for customer_id in customers:
            await assigned_plan(database, customer_id, plan_id)
            await recorded_usage(database, customer_id, 1, recorded_at=_a_minute_ago())
        absent = list(range(10**6, 10**6 + 90))

        for query, arguments in (
            (queries.current_assignments, ()),
            (queries.usage_summaries, ()),
            (queries.assignment_pages_by_customer, (FIRST_10,)),
            (queries.assignment_counts_by_customer, ()),
        ):
            for parents in (customers[:1], customers, customers + absent):
                with captured_statements(database) as statements:
                    found = await read(database, query, parents, *arguments)
                assert len(found) == min(len(parents), 10)
                assert len(statements) == 1


def _a_minute_ago():
    return datetime.now(UTC) - timedelta(minutes=1)
