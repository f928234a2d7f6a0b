"""What tariffs do when customers are deleted or their subscriptions cancelled elsewhere."""

import pytest

from domain.customer.models import SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.tariff import queries
from domain.tariff.handlers import HANDLERS
from tests.support.customers import created_customer
from tests.support.events import announced, handled
from tests.support.tariff import assigned_plan, created_plan


async def customer_on_a_plan(database):
    customer_id = await created_customer(database)
    await assigned_plan(database, customer_id, await created_plan(database))
    return customer_id


async def is_on_a_plan(database, customer_id):
    async with database.reading() as connection:
        return bool(await queries.current_assignments(connection, SYSTEM, [customer_id]))


async def move(database, customer_id, state):
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().update_subscription_state(
            session, customer_id, state, reason="moved away"
        )


async def test_a_cancelled_subscription_ends_the_plan_once(database):
    customer_id = await customer_on_a_plan(database)
    await move(database, customer_id, SubscriptionState.CANCELLED)

    await handled(database, tariff=HANDLERS)
    await handled(database, again=HANDLERS)

    assert not await is_on_a_plan(database, customer_id)
    [(_, data)] = await announced(database, "tariff.plan.cancelled")
    assert (data["customer_id"], data["reason"]) == (customer_id, "moved away")


async def test_a_deleted_customers_plan_is_ended(database):
    customer_id = await customer_on_a_plan(database)
    await move(database, customer_id, SubscriptionState.EXPIRED)
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().delete_customer(session, customer_id)

    await handled(database, tariff=HANDLERS)

    assert not await is_on_a_plan(database, customer_id)
    [(_, data)] = await announced(database, "tariff.plan.cancelled")
    assert data["reason"] == "customer deleted"


@pytest.mark.parametrize("state", [SubscriptionState.SUSPENDED, SubscriptionState.EXPIRED])
async def test_states_that_can_be_left_keep_the_plan(database, state):
    customer_id = await customer_on_a_plan(database)
    await move(database, customer_id, state)

    await handled(database, tariff=HANDLERS)

    assert await is_on_a_plan(database, customer_id)


async def test_a_customer_without_a_plan_needs_nothing(database):
    customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
    await move(database, customer_id, SubscriptionState.CANCELLED)

    await handled(database, tariff=HANDLERS)

    assert await announced(database, "tariff.") == []
