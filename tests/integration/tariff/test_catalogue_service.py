"""CatalogueService on PostgreSQL: plans are published, reworded and retired."""

import pytest
from sqlalchemy import select

from domain.kernel import access
from domain.kernel.access import Role
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated, VersionConflict
from domain.kernel.money import Money
from domain.tariff.catalogue import CatalogueService
from domain.tariff.errors import PlanCodeTaken, PlanNotFound
from domain.tariff.models import BillingCycle, FupAction, TariffPlan
from tests.support.events import announced
from tests.support.tariff import a_metered_plan, a_plan, created_plan, retired_plan

ADMIN = access.staff(Role.ADMIN, "staff:1")
MAY_NOT = [
    access.staff(Role.SUPPORT, "s"),
    access.staff(Role.BILLING, "b"),
    access.reseller(1, [1]),
    access.customer(1),
]
service = CatalogueService()


async def plan_rows(database):
    async with database.reading() as connection:
        return (await connection.execute(select(TariffPlan.id, TariffPlan.code))).all()


class TestCreatePlan:
    async def test_announces_what_was_put_on_sale(self, database):
        plan_id = await created_plan(
            database,
            code="F-100",
            name="  Fibre 100 ",
            price=Money(2999, "EUR"),
            billing_cycle=BillingCycle.QUARTERLY,
        )

        [(kind, data)] = await announced(database, "tariff.")
        assert data.pop("effective_from").endswith("Z")
        assert (kind, data) == (
            "tariff.plan.published",
            {
                "customer_id": None,
                "tariff_plan_id": plan_id,
                "code": "F-100",
                "name": "Fibre 100",
                "amount_minor": 2999,
                "currency": "EUR",
                "billing_cycle": "QUARTERLY",
                "edition": 1,
            },
        )

    async def test_stores_every_field(self, database):
        plan_id = await created_plan(
            database,
            a_metered_plan(
                allowance_octets=2**62, setup_fee=Money(500, "EUR"), description="Up to 100 Mbit/s"
            ),
        )

        async with database.unit_of_work(ADMIN) as session:
            plan = await session.get_one(TariffPlan, plan_id)
        assert plan.allowance_octets == 2**62
        assert plan.fup_action is FupAction.THROTTLE
        assert (plan.throttled_download_kbps, plan.throttled_upload_kbps) == (1000, 500)
        assert (plan.price_minor, plan.setup_fee_minor, plan.currency) == (3000, 500, "EUR")
        assert (plan.description, plan.retired_at, plan.version) == ("Up to 100 Mbit/s", None, 1)

    async def test_refuses_a_code_in_use_even_by_a_retired_plan(self, database):
        await retired_plan(database, code="F-100")

        with pytest.raises(PlanCodeTaken) as failure:
            await created_plan(database, code="F-100")

        assert (failure.value.plan_code, failure.value.path) == ("F-100", ("code",))
        assert len(await plan_rows(database)) == 1
        assert len(await announced(database, "tariff.")) == 2

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"code": ""}, "code"),
            ({"code": "a b"}, "code"),
            ({"code": "x" * 33}, "code"),
            ({"name": " "}, "name"),
            ({"price": Money(-1, "EUR")}, "price"),
            ({"price": Money(1, "eur")}, "price"),
            ({"price": Money(2**53 + 1, "EUR")}, "price"),
            ({"setup_fee": Money(1, "USD")}, "setupFee"),
            ({"setup_fee": Money(-1, "EUR")}, "setupFee"),
            ({"download_kbps": 0}, "downloadKbps"),
            ({"upload_kbps": 2**31}, "uploadKbps"),
            ({"allowance_octets": 1}, "fupAction"),
            ({"fup_action": FupAction.BLOCK}, "fupAction"),
            ({"allowance_octets": 0, "fup_action": FupAction.BLOCK}, "allowanceOctets"),
            ({"allowance_octets": 2**63, "fup_action": FupAction.BLOCK}, "allowanceOctets"),
            ({"allowance_octets": 1, "fup_action": FupAction.THROTTLE}, "throttledDownloadKbps"),
            ({"throttled_upload_kbps": 1}, "throttledUploadKbps"),
        ],
    )
    async def test_names_the_field_that_breaks_a_rule(self, database, facts, path):
        with pytest.raises(Invalid) as failure:
            await created_plan(database, **facts)

        assert failure.value.path == (path,)
        assert await plan_rows(database) == []
        assert await announced(database, "tariff.") == []

    async def test_refuses_throttling_to_more_than_the_full_speed(self, database):
        with pytest.raises(Invalid, match="throttledUploadKbps must be 1 to 20000"):
            await created_plan(database, a_metered_plan(throttled_upload_kbps=20_001))

    @pytest.mark.parametrize("actor", MAY_NOT, ids=lambda actor: actor.role)
    async def test_is_for_administrators_and_leaves_no_trace(self, database, actor):
        with pytest.raises(AccessDenied, match="You may not change the catalogue"):
            async with database.unit_of_work(actor) as session:
                await service.create_plan(session, a_plan())

        assert await plan_rows(database) == []

    async def test_asks_the_anonymous_to_sign_in(self, database):
        with pytest.raises(Unauthenticated):
            async with database.unit_of_work(access.ANONYMOUS) as session:
                await service.create_plan(session, a_plan())


class TestUpdatePlan:
    async def test_announces_only_the_fields_that_changed(self, database):
        plan_id = await created_plan(database, code="F-1", name="Fibre")

        async with database.unit_of_work(ADMIN) as session:
            plan = await service.update_plan(
                session, plan_id, {"name": "Fibre", "description": "Fast"}
            )

        assert (plan.name, plan.description, plan.version) == ("Fibre", "Fast", 2)
        assert (await announced(database, "tariff."))[-1] == (
            "tariff.plan.updated",
            {
                "customer_id": None,
                "tariff_plan_id": plan_id,
                "code": "F-1",
                "changed_fields": ["description"],
            },
        )

    async def test_the_same_values_are_no_change(self, database):
        plan_id = await created_plan(database, name="Fibre")

        async with database.unit_of_work(ADMIN) as session:
            plan = await service.update_plan(session, plan_id, {"name": "Fibre"})

        assert plan.version == 1
        assert len(await announced(database, "tariff.")) == 1

    @pytest.mark.parametrize("changes", [{"price_minor": 1}, {"code": "X"}, {"name": None}])
    async def test_refuses_what_customers_have_agreed_to(self, database, changes):
        plan_id = await created_plan(database)

        with pytest.raises(Invalid):
            async with database.unit_of_work(ADMIN) as session:
                await service.update_plan(session, plan_id, changes)

        assert len(await announced(database, "tariff.")) == 1

    async def test_refuses_an_outdated_version(self, database):
        plan_id = await created_plan(database)
        async with database.unit_of_work(ADMIN) as session:
            await service.update_plan(session, plan_id, {"name": "One"})

        with pytest.raises(VersionConflict) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.update_plan(session, plan_id, {"name": "Two"}, expected_version=1)

        assert failure.value.current_version == 2

    async def test_an_unknown_plan_is_not_found(self, database):
        with pytest.raises(PlanNotFound):
            async with database.unit_of_work(ADMIN) as session:
                await service.update_plan(session, 1, {"name": "One"})


class TestRetirePlan:
    async def test_keeps_the_plan_and_announces_it_once(self, database):
        plan_id = await retired_plan(database, code="F-1")

        async with database.unit_of_work(ADMIN) as session:
            plan = await service.retire_plan(session, plan_id)

        assert plan.retired_at is not None
        assert (await announced(database, "tariff."))[1:] == [
            (
                "tariff.plan.retired",
                {"customer_id": None, "tariff_plan_id": plan_id, "code": "F-1"},
            )
        ]

    @pytest.mark.parametrize("actor", MAY_NOT, ids=lambda actor: actor.role)
    async def test_is_for_administrators(self, database, actor):
        plan_id = await created_plan(database)

        with pytest.raises(AccessDenied):
            async with database.unit_of_work(actor) as session:
                await service.retire_plan(session, plan_id)

        assert len(await announced(database, "tariff.")) == 1
