"""ResellerService on PostgreSQL: what each use case does, announces and refuses."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import (
    AccessDenied,
    Conflict,
    Invalid,
    InvalidTransition,
    Unauthenticated,
    VersionConflict,
)
from domain.reseller.errors import ResellerCodeTaken, ResellerNotActive, ResellerNotFound
from domain.reseller.models import Reseller, ResellerStatus
from domain.reseller.services import ResellerService, require_active
from domain.reseller.tree import DEEPEST, depth_of, subtree_ids
from tests.support.customers import a_customer, created_customer, created_reseller
from tests.support.reseller import a_reseller, announced_events

ADMIN = access.staff(Role.ADMIN, "staff:1")
service = ResellerService()


async def resellers(database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Reseller))).scalar_one()


async def changed_status(database, reseller_id, status, **facts):
    async with database.unit_of_work(ADMIN) as session:
        return await service.change_status(session, reseller_id, status, **facts)


class TestCreateReseller:
    async def test_announces_the_reseller_in_its_own_stream(self, database):
        async with database.unit_of_work(ADMIN) as session:
            root = await service.create_reseller(session, a_reseller(code="north"))
            below = await service.create_reseller(
                session,
                a_reseller(code="NORTH-1", parent_id=root.id, status="PENDING_APPROVAL"),
            )

        assert await announced_events(database) == [
            (
                "reseller.created",
                f"reseller:{root.id}",
                {
                    "reseller_id": root.id,
                    "customer_id": None,
                    "code": "NORTH",
                    "parent_id": None,
                    "status": "ACTIVE",
                },
            ),
            (
                "reseller.created",
                f"reseller:{below.id}",
                {
                    "reseller_id": below.id,
                    "customer_id": None,
                    "code": "NORTH-1",
                    "parent_id": root.id,
                    "status": "PENDING_APPROVAL",
                },
            ),
        ]

    async def test_refuses_a_code_in_use_and_leaves_no_trace(self, database):
        await created_reseller(database, code="NORTH")

        with pytest.raises(ResellerCodeTaken) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.create_reseller(session, a_reseller(code="north"))

        assert (failure.value.reseller_code, failure.value.path) == ("NORTH", ("code",))
        assert await resellers(database) == 1
        assert await announced_events(database) == []

    async def test_refuses_a_parent_that_does_not_exist(self, database):
        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.create_reseller(session, a_reseller(parent_id=99))

        assert failure.value.path == ("parentId",)

    async def test_refuses_a_parent_that_is_not_active(self, database):
        parent = await created_reseller(database, status=ResellerStatus.SUSPENDED)

        with pytest.raises(ResellerNotActive) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.create_reseller(session, a_reseller(parent_id=parent))

        assert failure.value.path == ("parentId",)
        assert await resellers(database) == 1

    async def test_refuses_a_reseller_below_the_deepest(self, database):
        parent = None
        for _ in range(DEEPEST):
            async with database.unit_of_work(ADMIN) as session:
                created = await service.create_reseller(session, a_reseller(parent_id=parent))
                parent = created.id

        with pytest.raises(Conflict, match="at most 8 deep"):
            async with database.unit_of_work(ADMIN) as session:
                await service.create_reseller(session, a_reseller(parent_id=parent))

        assert await resellers(database) == DEEPEST

    @pytest.mark.parametrize(
        "actor",
        [
            access.staff(Role.SUPPORT, "s"),
            access.staff(Role.BILLING, "b"),
            access.reseller(1, [1]),
            access.customer(1),
        ],
    )
    async def test_is_for_those_who_may_write_resellers(self, database, actor):
        with pytest.raises(AccessDenied, match="You may not create resellers"):
            async with database.unit_of_work(actor) as session:
                await service.create_reseller(session, a_reseller())

    async def test_is_not_for_the_anonymous(self, database):
        with pytest.raises(Unauthenticated):
            async with database.unit_of_work(access.ANONYMOUS) as session:
                await service.create_reseller(session, a_reseller())


class TestUpdateReseller:
    async def test_announces_only_the_fields_that_changed(self, database):
        reseller_id = await created_reseller(database, name="Net")

        async with database.unit_of_work(ADMIN) as session:
            changed = await service.update_reseller(
                session,
                reseller_id,
                {"name": "Net", "email": "hi@Net.example", "commission_percent": Decimal("7.5")},
            )

        assert (changed.version, changed.email) == (2, "hi@net.example")
        ((kind, _, data),) = await announced_events(database)
        assert kind == "reseller.updated"
        assert data["changed_fields"] == ["commission_percent", "email"]

    async def test_the_same_values_are_no_change(self, database):
        reseller_id = await created_reseller(database, name="Net")

        async with database.unit_of_work(ADMIN) as session:
            same = await service.update_reseller(
                session, reseller_id, {"name": "Net", "commission_percent": Decimal("0.00")}
            )

        assert same.version == 1
        assert await announced_events(database) == []

    async def test_refuses_an_outdated_version(self, database):
        reseller_id = await created_reseller(database)
        async with database.unit_of_work(ADMIN) as session:
            await service.update_reseller(session, reseller_id, {"name": "One"})

        with pytest.raises(VersionConflict) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.update_reseller(
                    session, reseller_id, {"name": "Two"}, expected_version=1
                )

        assert failure.value.current_version == 2


class TestChangeStatus:
    async def test_announces_both_ends_of_the_arrow_and_why(self, database):
        reseller_id = await created_reseller(database)

        await changed_status(
            database, reseller_id, ResellerStatus.SUSPENDED, reason="contract ended"
        )

        assert await announced_events(database) == [
            (
                "reseller.status.changed",
                f"reseller:{reseller_id}",
                {
                    "reseller_id": reseller_id,
                    "customer_id": None,
                    "from_status": "ACTIVE",
                    "to_status": "SUSPENDED",
                    "reason": "contract ended",
                },
            )
        ]

    async def test_the_status_it_has_is_a_no_op(self, database):
        reseller_id = await created_reseller(database)

        same = await changed_status(database, reseller_id, ResellerStatus.ACTIVE)

        assert same.version == 1
        assert await announced_events(database) == []

    async def test_nothing_leads_out_of_terminated(self, database):
        reseller_id = await created_reseller(database, status=ResellerStatus.TERMINATED)

        with pytest.raises(InvalidTransition) as failure:
            await changed_status(database, reseller_id, ResellerStatus.ACTIVE)

        assert failure.value.allowed_states == []

    async def test_customers_keep_a_reseller_from_being_terminated(self, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)

        with pytest.raises(Conflict, match="move them first"):
            await changed_status(database, reseller_id, ResellerStatus.TERMINATED)

        assert await announced_events(database) == []
        async with database.unit_of_work(ADMIN) as session:
            await CustomerService().delete_customer(session, customer_id)
        ended = await changed_status(database, reseller_id, ResellerStatus.TERMINATED)
        assert ended.status is ResellerStatus.TERMINATED

    async def test_sub_resellers_keep_a_reseller_from_being_terminated(self, database):
        root = await created_reseller(database)
        below = await created_reseller(database, parent_id=root)

        with pytest.raises(Conflict, match="end them first"):
            await changed_status(database, root, ResellerStatus.TERMINATED)

        await changed_status(database, below, ResellerStatus.TERMINATED)
        await changed_status(database, root, ResellerStatus.TERMINATED)

    async def test_waits_for_a_customer_being_taken_on_and_then_refuses(self, database):
        reseller_id = await created_reseller(database)

        async with database.unit_of_work(SYSTEM) as taking_on:
            await require_active(taking_on, reseller_id)
            ending = asyncio.create_task(
                changed_status(database, reseller_id, ResellerStatus.TERMINATED)
            )
            await asyncio.sleep(0.2)
            assert not ending.done()
            await CustomerService().create_customer(taking_on, a_customer(reseller_id=reseller_id))

        with pytest.raises(Conflict, match="move them first"):
            await ending


class TestRequireActive:
    async def test_lets_an_active_reseller_take_on_customers(self, database):
        reseller_id = await created_reseller(database)

        async with database.unit_of_work(SYSTEM) as session:
            await require_active(session, reseller_id)

    @pytest.mark.parametrize(
        "status",
        [ResellerStatus.PENDING_APPROVAL, ResellerStatus.SUSPENDED, ResellerStatus.TERMINATED],
    )
    async def test_refuses_any_other(self, database, status):
        reseller_id = await created_reseller(database, status=status)

        with pytest.raises(ResellerNotActive) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await require_active(session, reseller_id)

        assert (failure.value.status, failure.value.path) == (status, ("resellerId",))

    async def test_refuses_one_that_does_not_exist(self, database):
        with pytest.raises(Invalid, match="is no reseller"):
            async with database.unit_of_work(SYSTEM) as session:
                await require_active(session, 99)


class TestGetReseller:
    async def test_not_found_and_not_allowed_look_the_same(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)

        messages = []
        for key in (other, other + 1):
            with pytest.raises(ResellerNotFound) as failure:
                async with database.unit_of_work(access.reseller(mine, [mine])) as session:
                    await service.get_reseller(session, key)
            messages.append(failure.value.message.replace(str(key), "X"))

        assert messages[0] == messages[1]

    async def test_finds_a_reseller_of_the_actors_subtree(self, database):
        mine = await created_reseller(database)
        below = await created_reseller(database, parent_id=mine)

        async with database.unit_of_work(access.reseller(mine, [mine, below])) as session:
            found = await service.get_reseller(session, below)

        assert found.id == below


class TestTree:
    async def test_a_subtree_is_the_reseller_and_all_below_it(self, database):
        root = await created_reseller(database)
        left = await created_reseller(database, parent_id=root)
        right = await created_reseller(database, parent_id=root)
        leaf = await created_reseller(database, parent_id=left)

        async with database.reading() as connection:
            trees = [await subtree_ids(connection, key) for key in (root, left, right, leaf, 99)]
            depths = [await depth_of(connection, key) for key in (root, left, leaf, 99)]

        assert trees == [[root, left, right, leaf], [left, leaf], [right], [leaf], []]
        assert depths == [1, 2, 3, 0]


class TestTheGuidesExample:
    async def test_get_customers_by_filter_finds_a_resellers_customers(self, database):
        reseller_id = await created_reseller(database)
        mine = await created_customer(database, reseller_id=reseller_id)
        await created_customer(database)
        customer_service = CustomerService()

        async with database.session(SYSTEM) as session:
            customers = await customer_service.get_customers_by_filter(
                session, filter_params={"reseller_id": reseller_id}
            )

        assert [customer.id for customer in customers] == [mine]
