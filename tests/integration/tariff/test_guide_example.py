"""The guide's Tariff example, word for word but for its imports, on our models and services."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.customer.models import CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.errors import Conflict as ValidationException
from domain.tariff.models import PlanAssignment as UserTariffPlan
from tests.support.customers import created_customer
from tests.support.tariff import created_plan

session = None


async def assign_tariff_plan(customer_id: int, tariff_plan_id: int):
    """Assign a tariff plan to a customer."""
    customer_service = CustomerService()

    # First check if customer exists and is active
    customer = await customer_service.get_customer(session, customer_id)
    if customer.status != CustomerStatus.ACTIVE:
        raise ValidationException("Cannot assign tariff plan to inactive customer")

    # Assign tariff plan
    user_tariff_plan = UserTariffPlan(
        customer_id=customer_id,
        tariff_plan_id=tariff_plan_id,
        start_date=datetime.utcnow(),  # noqa: DTZ003
    )

    session.add(user_tariff_plan)
    await session.commit()

    # Update customer subscription state
    await customer_service.update_subscription_state(
        session=session,
        customer_id=customer_id,
        subscription_state=SubscriptionState.ACTIVE,
        update_dates=True,
    )

    return user_tariff_plan


@pytest.fixture(autouse=True)
async def guides_session(database):
    global session
    async with database.session(SYSTEM) as session:
        yield session
    session = None


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
async def test_the_guides_example_assigns_the_plan_and_activates(database):
    customer_id = await created_customer(database)
    plan_id = await created_plan(database)

    assignment = await assign_tariff_plan(customer_id, plan_id)
    await session.commit()

    assert abs(assignment.started_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert assignment.start_date == assignment.started_at
    assert (assignment.price_minor, assignment.currency) == (3000, "EUR")
    customer = await CustomerService().get_customer(session, customer_id)
    assert customer.subscription_state is SubscriptionState.ACTIVE
    assert customer.subscription_started_at is not None


async def test_the_guides_example_refuses_an_inactive_customer(database):
    customer_id = await created_customer(database, status=CustomerStatus.PENDING)
    plan_id = await created_plan(database)

    with pytest.raises(ValidationException, match="inactive customer"):
        await assign_tariff_plan(customer_id, plan_id)

    assert (await session.scalars(select(UserTariffPlan))).all() == []
