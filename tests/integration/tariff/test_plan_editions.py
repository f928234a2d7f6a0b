"""Editions of a plan on PostgreSQL: new terms for new customers, the old ones for the others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.customer.models import CustomerType
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid, VersionConflict
from domain.kernel.money import Money
from domain.kernel.paging import Slice
from domain.tariff import queries
from domain.tariff.catalogue import CatalogueService
from domain.tariff.errors import (
    PlanNotAvailable,
    PlanNotFound,
    PlanNotOnSale,
    PlanSuperseded,
)
from domain.tariff.models import FupAction
from domain.tariff.queries import PlanFilter, PlanList
from domain.tariff.services import TariffService
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    retire,
    revised_plan,
    unit_of_work_at,
)

SOON = timedelta(days=30)


async def read(database, query, *args, actor=SYSTEM, **kwargs):
    async with database.reading_as(actor) as connection:
        return await query(connection, actor, *args, **kwargs)


async def on_sale(database, actor=SYSTEM):
    """Code and edition of what is on sale to the actor."""
    asked = PlanList(Slice(first=100), PlanFilter(on_sale=True))
    page = await read(database, queries.plans_page, asked, actor=actor)
    return [(plan.code, plan.edition) for plan in page.items]


class TestRevisePlan:
    async def test_sells_the_new_terms_and_leaves_who_is_on_the_old_ones(self, database):
        customer_id = await created_customer(database)
        first = await created_plan(database, code="F-100", price=Money(3000, "EUR"))
        await assigned_plan(database, customer_id, first)

        second = await revised_plan(database, first, price=Money(3500, "EUR"))

        plans = await read(database, queries.plans_by_id, [first, second])
        [assignment] = (await read(database, queries.current_assignments, [customer_id])).values()
        assert (assignment.tariff_plan_id, assignment.price_minor) == (first, 3000)
        assert [plans[each].price_minor for each in (first, second)] == [3000, 3500]
        assert plans[first].effective_to == plans[second].effective_from
        assert await on_sale(database) == [("F-100", 2)]
        _, data = (await announced(database, "tariff."))[-1]
        assert (data["tariff_plan_id"], data["edition"], data["amount_minor"]) == (second, 2, 3500)

    async def test_keeps_every_term_that_is_not_changed(self, database):
        reseller_id = await created_reseller(database)
        offer = a_metered_plan(
            FupAction.CHARGE,
            overage_block_octets=10,
            overage_price=Money(5, "EUR"),
            contract_months=24,
            early_termination_fee=Money(9000, "EUR"),
            customer_types=(CustomerType.BUSINESS,),
            reseller_ids=(reseller_id,),
        )
        first = await created_plan(database, offer)

        second = await revised_plan(database, first, name="Other")

        plans = await read(database, queries.plans_by_id, [first, second])
        kept = ("price_minor", "allowance_octets", "overage_block_octets", "overage_price_minor")
        kept += ("contract_months", "early_termination_fee_minor", "customer_types")
        kept += ("reseller_ids", "fup_action", "code", "download_kbps", "setup_fee_minor")
        terms = [[getattr(plans[each], name) for name in kept] for each in (first, second)]
        assert terms[0] == terms[1]
        assert plans[second].name == "Other"

    async def test_from_an_instant_ahead_is_sold_from_then_on(self, database):
        first = await created_plan(database, code="F-100")
        starts_at = datetime.now(UTC) + SOON

        second = await revised_plan(database, first, effective_from=starts_at)

        found = await read(database, queries.plans_by_code, ["F-100"])
        assert found["F-100"].id == first
        assert await on_sale(database) == [("F-100", 1)]
        customer_id = await created_customer(database)
        with pytest.raises(PlanNotOnSale):
            await assigned_plan(database, customer_id, second)
        async with unit_of_work_at(database, starts_at) as session:
            assignment = await TariffService().assign_plan(session, customer_id, second)
        assert assignment.tariff_plan_id == second

    async def test_refuses_an_edition_that_has_a_successor(self, database):
        first = await created_plan(database)
        await revised_plan(database, first)

        with pytest.raises(PlanSuperseded) as failure:
            await revised_plan(database, first)

        assert failure.value.path == ("tariffPlanId",)
        assert len(await announced(database, "tariff.")) == 2

    async def test_of_two_at_the_same_time_one_comes_second(self, database):
        first = await created_plan(database)

        outcomes = await asyncio.gather(
            *(revised_plan(database, first) for _ in range(4)), return_exceptions=True
        )

        assert sorted(type(each).__name__ for each in outcomes) == [*["PlanSuperseded"] * 3, "int"]

    async def test_refuses_a_plan_that_is_retired_unknown_or_changed(self, database):
        plan_id = await created_plan(database)

        with pytest.raises(VersionConflict):
            await revised_plan(database, plan_id, expected_version=2)
        await retire(database, plan_id)
        with pytest.raises(PlanNotOnSale):
            await revised_plan(database, plan_id)
        with pytest.raises(PlanNotFound):
            await revised_plan(database, plan_id + 1)

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"effective_from": datetime(2025, 1, 1, tzinfo=UTC)}, "effectiveFrom"),
            ({"price": Money(-1, "EUR")}, "price"),
            ({"price": Money(1, "USD"), "setup_fee": Money(1, "EUR")}, "setupFee"),
            ({"overage_price": Money(1, "EUR")}, "overagePrice"),
            ({"early_termination_fee": Money(1, "EUR")}, "earlyTerminationFee"),
            ({"contract_months": 121}, "contractMonths"),
            ({"customer_types": ()}, "customerTypes"),
            ({"reseller_ids": (999,)}, "resellerIds"),
        ],
    )
    async def test_names_the_term_that_breaks_a_rule(self, database, facts, path):
        plan_id = await created_plan(database)

        with pytest.raises(Invalid) as failure:
            await revised_plan(database, plan_id, **facts)

        assert failure.value.path == (path,)
        assert await on_sale(database) == [(await code_of(database, plan_id), 1)]
        assert len(await announced(database, "tariff.")) == 1

    async def test_is_for_administrators(self, database):
        plan_id = await created_plan(database)

        for actor in (access.staff(Role.SUPPORT, "s"), access.customer(1)):
            with pytest.raises(AccessDenied):
                async with database.unit_of_work(actor) as session:
                    await CatalogueService().revise_plan(session, plan_id, {})

    async def test_retiring_ends_the_sale_of_all_editions(self, database):
        first = await created_plan(database, code="F-100")
        await revised_plan(database, first, effective_from=datetime.now(UTC) + SOON)

        await retire(database, first)

        assert await on_sale(database) == []
        assert len(await announced(database, "tariff.plan.retired")) == 2


async def code_of(database, plan_id):
    return (await read(database, queries.plans_by_id, [plan_id]))[plan_id].code


class TestAvailability:
    async def test_shows_plans_on_sale_to_those_whom_they_are_sold_to(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        business = await created_customer(
            database, type=CustomerType.BUSINESS, company_name="Acme", reseller_id=mine
        )
        person = await created_customer(database, reseller_id=other)
        await created_plan(database, code="ALL")
        await created_plan(database, code="BUSINESS", customer_types=(CustomerType.BUSINESS,))
        await created_plan(database, code="MINE", reseller_ids=(mine,))

        seen = {
            name: [code for code, _ in await on_sale(database, actor)]
            for name, actor in (
                ("staff", access.staff(Role.SUPPORT, "s")),
                ("my business", access.customer(business)),
                ("a person", access.customer(person)),
                ("my reseller", access.reseller(mine, [mine])),
                ("another", access.reseller(other, [other])),
            )
        }

        assert seen == {
            "staff": ["ALL", "BUSINESS", "MINE"],
            "my business": ["ALL", "BUSINESS", "MINE"],
            "a person": ["ALL"],
            "my reseller": ["ALL", "BUSINESS", "MINE"],
            "another": ["ALL", "BUSINESS"],
        }

    async def test_refuses_customers_whom_the_plan_is_not_sold_to(self, database):
        reseller_id = await created_reseller(database)
        person = await created_customer(database)
        for facts in (
            {"customer_types": (CustomerType.BUSINESS,)},
            {"reseller_ids": (reseller_id,)},
        ):
            plan_id = await created_plan(database, **facts)
            with pytest.raises(PlanNotAvailable) as failure:
                await assigned_plan(database, person, plan_id)
            assert failure.value.path == ("tariffPlanId",)

        assert await announced(database, "tariff.plan.assigned") == []

    async def test_puts_those_on_it_whom_it_is_sold_to(self, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        plan_id = await created_plan(
            database, reseller_ids=(reseller_id,), customer_types=(CustomerType.INDIVIDUAL,)
        )

        assignment_id = await assigned_plan(database, customer_id, plan_id)

        found = await read(database, queries.current_assignments, [customer_id])
        assert found[customer_id].id == assignment_id
