"""Reads of resellers and commission: each actor gets its scope, in one statement."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.kernel import access
from domain.kernel.access import ANONYMOUS, SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated
from domain.kernel.money import Money
from domain.kernel.paging import Slice
from domain.reseller import commission_queries, queries
from domain.reseller.commission_queries import CommissionFilter, CommissionList
from domain.reseller.models import CommissionKind, CommissionState, ResellerStatus
from domain.reseller.queries import ResellerFilter, ResellerList
from domain.reseller.records import CommissionTotal
from domain.reseller.settlements import settle_commissions
from tests.support.customers import created_customer, created_reseller
from tests.support.reseller import accrued, earning_reseller
from tests.support.statements import captured_statements

ADMIN = access.staff(Role.ADMIN, "staff:1")
SUPPORT = access.staff(Role.SUPPORT, "staff:2")
BILLING = access.staff(Role.BILLING, "staff:3")
TEN = CommissionList(Slice(first=10))


async def read(database, query, actor, *arguments):
    async with database.reading() as connection:
        return await query(connection, actor, *arguments)


class TestResellers:
    async def test_a_reseller_sees_its_subtree_and_staff_see_all(self, database):
        root = await created_reseller(database)
        mine = await created_reseller(database, parent_id=root)
        below = await created_reseller(database, parent_id=mine)
        other = await created_reseller(database)
        every = [root, mine, below, other]

        seen = {
            actor.subject: sorted(await read(database, queries.resellers_by_id, actor, every))
            for actor in (ADMIN, SUPPORT, access.reseller(mine, [mine, below]))
        }

        assert seen == {
            "staff:1": every,
            "staff:2": every,
            f"reseller:{mine}": [mine, below],
        }

    async def test_a_customer_sees_the_reseller_it_belongs_to_and_no_other(self, database):
        root = await created_reseller(database)
        mine = await created_reseller(database, parent_id=root)
        customer_id = await created_customer(database, reseller_id=mine)
        direct = await created_customer(database)

        own = await read(
            database, queries.resellers_by_id, access.customer(customer_id), [root, mine]
        )
        none = await read(database, queries.resellers_by_id, access.customer(direct), [root, mine])

        assert (list(own), none) == ([mine], {})

    async def test_the_rate_is_shown_only_to_those_who_may_read_commission(self, database):
        mine = await earning_reseller(database, percent="12.50")
        customer_id = await created_customer(database, reseller_id=mine)

        rates = [
            (await read(database, queries.resellers_by_id, actor, [mine]))[mine].commission_percent
            for actor in (
                ADMIN,
                BILLING,
                access.reseller(mine, [mine]),
                SUPPORT,
                access.customer(customer_id),
            )
        ]

        assert rates == [Decimal("12.50")] * 3 + [None, None]

    async def test_are_found_by_code(self, database):
        north = await created_reseller(database, code="NORTH")

        found = await read(database, queries.resellers_by_code, ADMIN, ["NORTH", "SOUTH"])

        assert {code: reseller.id for code, reseller in found.items()} == {"NORTH": north}

    async def test_are_refused_to_those_without_the_permission(self, database):
        blind = access.service("probe", [])

        with pytest.raises(AccessDenied, match="You may not read resellers"):
            await read(database, queries.resellers_by_id, blind, [1])
        with pytest.raises(Unauthenticated):
            await read(database, queries.resellers_by_id, ANONYMOUS, [1])


class TestResellerPages:
    async def test_pages_follow_one_another_without_a_gap(self, database):
        every = [await created_reseller(database) for _ in range(5)]

        seen, after = [], None
        while True:
            asked = ResellerList(Slice(first=2, after=after))
            page = await read(database, queries.reseller_page, ADMIN, asked)
            seen += [reseller.id for reseller in page.items]
            if not page.has_next_page:
                break
            after = page.cursors[-1]

        assert seen == every

    async def test_hold_what_passes_the_filter_and_count_it(self, database):
        north = await created_reseller(database, name="Net North")
        await created_reseller(database, name="Net South", status=ResellerStatus.SUSPENDED)
        await created_reseller(database, name="Other")
        chosen = ResellerFilter(query="net", status=(ResellerStatus.ACTIVE,))

        page = await read(
            database, queries.reseller_page, ADMIN, ResellerList(Slice(first=10), chosen)
        )

        assert [reseller.id for reseller in page.items] == [north]
        assert await read(database, queries.reseller_count, ADMIN, chosen) == 1

    async def test_a_cursor_fits_its_own_filter_only(self, database):
        for _ in range(2):
            await created_reseller(database)
        page = await read(database, queries.reseller_page, ADMIN, ResellerList(Slice(first=1)))
        elsewhere = ResellerList(Slice(first=1, after=page.cursors[0]), ResellerFilter(query="R"))

        with pytest.raises(Invalid, match="not a cursor of this list"):
            await read(database, queries.reseller_page, ADMIN, elsewhere)

    async def test_children_are_those_right_below(self, database):
        root = await created_reseller(database)
        left, right = [await created_reseller(database, parent_id=root) for _ in range(2)]
        leaf = await created_reseller(database, parent_id=left)
        asked = ResellerList(Slice(first=10))
        parents = [root, left, right]

        pages = await read(database, queries.reseller_pages_by_parent, ADMIN, parents, asked)
        counts = await read(
            database, queries.reseller_counts_by_parent, ADMIN, parents, asked.filter
        )

        children = {key: [child.id for child in page.items] for key, page in pages.items()}
        assert children == {root: [left, right], left: [leaf]}
        assert counts == {root: 2, left: 1}


class TestCommissionPages:
    async def test_by_customer_are_newest_first_and_in_the_actors_scope(self, database):
        mine, other = await earning_reseller(database), await earning_reseller(database)
        customer_id = await created_customer(database, reseller_id=mine)
        old = await accrued(database, other, customer_id)
        new = [await accrued(database, mine, customer_id) for _ in range(2)]

        seen = []
        for actor in (ADMIN, access.reseller(mine, [mine]), access.reseller(other, [other])):
            pages = await read(
                database,
                commission_queries.commission_pages_by_customer,
                actor,
                [customer_id],
                TEN,
            )
            seen.append([entry.id for entry in pages[customer_id].items])

        assert seen == [[new[1], new[0], old], [new[1], new[0]], [old]]

    async def test_by_reseller_pass_the_filter_and_are_counted(self, database):
        mine = await earning_reseller(database)
        await accrued(database, mine, 1)
        april = await accrued(database, mine, 1, paid_at=datetime(2025, 4, 2, tzinfo=UTC))
        chosen = CommissionFilter(
            state=CommissionState.ACCRUED, kind=CommissionKind.ACCRUAL, period="2025-04"
        )

        pages = await read(
            database,
            commission_queries.commission_pages_by_reseller,
            BILLING,
            [mine],
            CommissionList(Slice(first=10), chosen),
        )
        counts = await read(
            database,
            commission_queries.commission_counts_by_reseller,
            BILLING,
            [mine],
            CommissionFilter(),
        )

        assert [entry.id for entry in pages[mine].items] == [april]
        assert counts == {mine: 2}

    async def test_of_a_statement_hold_its_entries(self, database):
        mine = await earning_reseller(database)
        settled = [await accrued(database, mine, 1) for _ in range(2)]
        async with database.unit_of_work(SYSTEM) as session:
            statement = await settle_commissions(session, mine, datetime(2025, 4, 1, tzinfo=UTC))
        await accrued(database, mine, 1)

        pages = await read(
            database,
            commission_queries.commission_pages_by_settlement,
            ADMIN,
            [statement.id],
            TEN,
        )
        listed = await read(
            database,
            commission_queries.settlement_pages_by_reseller,
            ADMIN,
            [mine],
            Slice(first=5),
        )

        assert [entry.id for entry in pages[statement.id].items] == settled[::-1]
        assert [(row.id, row.total_minor) for row in listed[mine].items] == [(statement.id, 2_000)]

    async def test_totals_are_by_currency_and_state(self, database):
        mine, idle = await earning_reseller(database), await earning_reseller(database)
        for _ in range(2):
            await accrued(database, mine, 1)
        async with database.unit_of_work(SYSTEM) as session:
            await settle_commissions(session, mine, datetime(2025, 4, 1, tzinfo=UTC))
        await accrued(database, mine, 1)
        await accrued(database, mine, 1, net=Money(5_000, "USD"))

        totals = await read(
            database,
            commission_queries.commission_totals_by_reseller,
            access.reseller(mine, [mine]),
            [mine, idle],
        )

        assert totals == {
            mine: [
                CommissionTotal(mine, CommissionState.ACCRUED, "EUR", 1_000, 1),
                CommissionTotal(mine, CommissionState.SETTLED, "EUR", 2_000, 2),
                CommissionTotal(mine, CommissionState.ACCRUED, "USD", 500, 1),
            ]
        }

    @pytest.mark.parametrize("actor", [SUPPORT, access.customer(1)])
    async def test_are_refused_to_support_and_customers(self, database, actor):
        refused = [
            (commission_queries.commissions_by_id, [1]),
            (commission_queries.commission_pages_by_customer, [1], TEN),
            (commission_queries.commission_counts_by_customer, [1], CommissionFilter()),
            (commission_queries.commission_pages_by_reseller, [1], TEN),
            (commission_queries.commission_pages_by_settlement, [1], TEN),
            (commission_queries.commission_totals_by_reseller, [1]),
            (commission_queries.settlements_by_id, [1]),
            (commission_queries.settlement_pages_by_reseller, [1], Slice(first=1)),
        ]

        for query, *arguments in refused:
            with pytest.raises(AccessDenied, match="You may not read commission"):
                await read(database, query, actor, *arguments)

    async def test_of_another_resellers_statement_are_none(self, database):
        mine, other = await earning_reseller(database), await earning_reseller(database)
        entry_id = await accrued(database, other, 1)
        async with database.unit_of_work(SYSTEM) as session:
            statement = await settle_commissions(session, other, datetime(2025, 4, 1, tzinfo=UTC))
        actor = access.reseller(mine, [mine])

        found = [
            await read(database, commission_queries.commissions_by_id, actor, [entry_id]),
            await read(database, commission_queries.settlements_by_id, actor, [statement.id]),
            await read(
                database,
                commission_queries.commission_pages_by_settlement,
                actor,
                [statement.id],
                TEN,
            ),
            await read(database, commission_queries.settlement_counts_by_reseller, actor, [other]),
        ]

        assert found == [{}, {}, {}, {}]


class TestStatementBudget:
    async def test_each_read_takes_one_statement_for_1_10_and_100_parents(self, database):
        every = [
            (queries.resellers_by_id,),
            (queries.reseller_pages_by_parent, ResellerList(Slice(first=3))),
            (queries.reseller_counts_by_parent, ResellerFilter()),
            (commission_queries.commissions_by_id,),
            (commission_queries.commission_pages_by_customer, TEN),
            (commission_queries.commission_counts_by_customer, CommissionFilter()),
            (commission_queries.commission_pages_by_reseller, TEN),
            (commission_queries.commission_counts_by_reseller, CommissionFilter()),
            (commission_queries.commission_pages_by_settlement, TEN),
            (commission_queries.commission_counts_by_settlement, CommissionFilter()),
            (commission_queries.commission_totals_by_reseller,),
            (commission_queries.settlements_by_id,),
            (commission_queries.settlement_pages_by_reseller, Slice(first=3)),
            (commission_queries.settlement_counts_by_reseller,),
        ]

        sent = {}
        for query, *arguments in every:
            for parents in (1, 10, 100):
                keys = list(range(1, parents + 1))
                async with database.reading() as connection:
                    with captured_statements(database) as statements:
                        await query(connection, ADMIN, keys, *arguments)
                sent[query.__name__, parents] = len(statements)

        assert set(sent.values()) == {1}
