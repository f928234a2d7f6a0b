"""CustomerService on PostgreSQL: what each use case does, announces and refuses."""

import pytest
from sqlalchemy import func, select

from domain.customer.errors import CustomerNotActive, CustomerNotFound, UsernameTaken
from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import Database
from domain.kernel.errors import (
    AccessDenied,
    Conflict,
    Invalid,
    InvalidTransition,
    VersionConflict,
)
from domain.kernel.events import EventRow
from tests.support.customers import a_customer, an_address, created_customer, created_reseller

ADMIN = access.staff(Role.ADMIN, "staff:1")
service = CustomerService()


async def announced(database: Database) -> list[tuple[str, dict]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(EventRow.type, EventRow.data).order_by(EventRow.id))
        return [(row.type, row.data) for row in rows]


async def customers(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Customer))).scalar_one()


class TestCreateCustomer:
    async def test_announces_the_guides_event_in_the_same_transaction(self, database):
        customer_id = await created_customer(database, email="John.Doe@Example.com")

        assert await announced(database) == [
            (
                "customer.created",
                {
                    "customer_id": customer_id,
                    "customer_type": "INDIVIDUAL",
                    "email": "John.Doe@example.com",
                    "status": "ACTIVE",
                },
            )
        ]

    async def test_announces_each_address_after_the_customer(self, database):
        await created_customer(database, addresses=(an_address(), an_address()))

        types = [kind for kind, _ in await announced(database)]
        assert types == ["customer.created", "customer.address.created", "customer.address.created"]

    async def test_refuses_a_username_in_use_and_leaves_no_trace(self, database):
        await created_customer(database, username="ada")

        with pytest.raises(UsernameTaken) as failure:
            await created_customer(database, username="ADA")

        assert failure.value.username == "ada"
        assert await customers(database) == 1
        assert len(await announced(database)) == 1

    async def test_the_username_of_a_deleted_customer_is_free_again(self, database):
        customer_id = await created_customer(database, username="ada")
        async with database.unit_of_work(ADMIN) as session:
            await service.delete_customer(session, customer_id)

        assert await created_customer(database, username="ada") != customer_id

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"first_name": None, "last_name": None}, "lastName"),
            ({"first_name": "a\x07b"}, "firstName"),
            ({"email": "nobody"}, "email"),
            ({"phone": "12"}, "phone"),
            ({"username": "a b"}, "username"),
            ({"password": "short"}, "password"),
            ({"time_zone": "Mars/Base"}, "timeZone"),
            ({"reseller_id": 999}, "resellerId"),
            ({"status": CustomerStatus.CLOSED}, "status"),
        ],
    )
    async def test_names_the_field_that_breaks_a_rule(self, database, facts, path):
        with pytest.raises(Invalid) as failure:
            await created_customer(database, **facts)

        assert failure.value.path == (path,)
        assert await customers(database) == 0

    async def test_a_resellers_customer_is_its_own(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        actor = access.reseller(mine, [mine])

        async with database.unit_of_work(actor) as session:
            customer = await service.create_customer(session, a_customer())
        with pytest.raises(AccessDenied):
            async with database.unit_of_work(actor) as session:
                await service.create_customer(session, a_customer(reseller_id=other))

        assert customer.reseller_id == mine

    @pytest.mark.parametrize("actor", [access.customer(1), access.staff(Role.BILLING, "s")])
    async def test_is_refused_to_roles_without_the_permission(self, database, actor):
        with pytest.raises(AccessDenied, match="You may not create customers"):
            async with database.unit_of_work(actor) as session:
                await service.create_customer(session, a_customer())


class TestGetCustomer:
    async def test_not_found_and_not_allowed_look_the_same(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        foreign = await created_customer(database, reseller_id=other)

        messages = []
        for key in (foreign, foreign + 1):
            with pytest.raises(CustomerNotFound) as failure:
                async with database.unit_of_work(access.reseller(mine, [mine])) as session:
                    await service.get_customer(session, key)
            messages.append(failure.value.message.replace(str(key), "X"))

        assert messages[0] == messages[1]

    async def test_a_deleted_customer_is_not_found(self, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(ADMIN) as session:
            await service.delete_customer(session, customer_id)

        with pytest.raises(CustomerNotFound):
            async with database.unit_of_work(ADMIN) as session:
                await service.get_customer(session, customer_id)


class TestUpdateCustomer:
    async def test_announces_only_the_fields_that_changed(self, database):
        customer_id = await created_customer(database, first_name="Ada", last_name="Byron")

        async with database.unit_of_work(ADMIN) as session:
            await service.update_customer(
                session, customer_id, {"first_name": "Ada", "last_name": "Lovelace"}
            )

        kind, data = (await announced(database))[-1]
        assert kind == "customer.updated"
        assert data["changed_fields"] == ["last_name"]

    async def test_the_same_values_are_no_change(self, database):
        customer_id = await created_customer(database, last_name="Byron")

        async with database.unit_of_work(ADMIN) as session:
            customer = await service.update_customer(session, customer_id, {"last_name": "Byron"})

        assert customer.version == 1
        assert len(await announced(database)) == 1

    async def test_refuses_an_outdated_version(self, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(ADMIN) as session:
            await service.update_customer(session, customer_id, {"last_name": "One"})

        with pytest.raises(VersionConflict) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.update_customer(
                    session, customer_id, {"last_name": "Two"}, expected_version=1
                )

        assert failure.value.current_version == 2

    async def test_customers_change_their_contact_data_and_nothing_else(self, database):
        customer_id = await created_customer(database)
        actor = access.customer(customer_id)

        async with database.unit_of_work(actor) as session:
            changed = await service.update_customer(session, customer_id, {"language": "pt"})
        with pytest.raises(AccessDenied):
            async with database.unit_of_work(actor) as session:
                await service.update_customer(session, customer_id, {"tax_id": "1"})

        assert changed.language == "pt"


class TestUpdateSubscriptionState:
    async def test_sets_the_dates_and_announces_the_move(self, database):
        customer_id = await created_customer(database)

        async with database.unit_of_work(SYSTEM) as session:
            customer = await service.update_subscription_state(
                session=session,
                customer_id=customer_id,
                subscription_state=SubscriptionState.ACTIVE,
                update_dates=True,
            )
            now = session.now

        assert customer.subscription_started_at == now
        kind, data = (await announced(database))[-1]
        assert kind == "customer.subscription_state.changed"
        assert (data["from_state"], data["to_state"]) == ("INACTIVE", "ACTIVE")

    async def test_an_arrow_that_does_not_exist_is_refused_with_those_that_do(self, database):
        customer_id = await created_customer(database)

        with pytest.raises(InvalidTransition) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await service.update_subscription_state(
                    session, customer_id, SubscriptionState.EXPIRED
                )

        assert failure.value.allowed_states == [
            "ACTIVE",
            "PENDING_ACTIVATION",
            "PENDING_PAYMENT",
            "TRIAL",
        ]
        assert len(await announced(database)) == 1

    async def test_service_needs_an_active_customer(self, database):
        customer_id = await created_customer(database, status=CustomerStatus.PENDING)

        with pytest.raises(CustomerNotActive):
            async with database.unit_of_work(SYSTEM) as session:
                await service.update_subscription_state(
                    session, customer_id, SubscriptionState.ACTIVE
                )


class TestChangeStatus:
    async def test_suspending_suspends_the_subscription_and_lifting_it_resumes(self, database):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)

        async with database.unit_of_work(ADMIN) as session:
            suspended = await service.change_status(
                session, customer_id, CustomerStatus.SUSPENDED, reason="fraud check"
            )
            state = suspended.subscription_state
        async with database.unit_of_work(ADMIN) as session:
            resumed = await service.change_status(session, customer_id, CustomerStatus.ACTIVE)

        assert state is SubscriptionState.SUSPENDED
        assert resumed.subscription_state is SubscriptionState.ACTIVE

    async def test_a_live_subscription_keeps_a_customer_from_being_closed(self, database):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)

        with pytest.raises(Conflict, match="end it first"):
            async with database.unit_of_work(ADMIN) as session:
                await service.change_status(session, customer_id, CustomerStatus.CLOSED)

    async def test_the_status_it_has_is_a_no_op(self, database):
        customer_id = await created_customer(database)

        async with database.unit_of_work(ADMIN) as session:
            customer = await service.change_status(session, customer_id, CustomerStatus.ACTIVE)

        assert customer.version == 1
        assert len(await announced(database)) == 1
