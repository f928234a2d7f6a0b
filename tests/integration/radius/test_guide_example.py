"""The guide's RADIUS example, word for word but for its imports, on our models and services."""

import pytest

from domain.customer.models import CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.passwords import verify_password
from tests.support.radius import PASSWORD, created_subscriber

session = None


async def authenticate_customer(username: str, password: str):
    """Authenticate a customer for RADIUS access."""
    customer_service = CustomerService()

    # Find customer by username
    customer = await customer_service.get_customer_by_username(session, username)
    if not customer:
        return False

    # Check if customer is active and subscription is valid
    if (
        customer.status != CustomerStatus.ACTIVE
        or customer.subscription_state != SubscriptionState.ACTIVE
    ):
        return False

    # Verify password
    if not verify_password(password, customer.password_hash):  # noqa: SIM103
        return False

    return True


@pytest.fixture(autouse=True)
async def guides_session(database):
    global session
    async with database.session(SYSTEM) as session:
        yield session
    session = None


async def test_the_guides_example_lets_an_active_subscriber_in(database):
    await created_subscriber(database)

    assert await authenticate_customer("ada", PASSWORD) is True
    assert await authenticate_customer("ada", "a wrong password") is False
    assert await authenticate_customer("nobody", PASSWORD) is False


async def test_the_guides_example_refuses_a_customer_without_a_live_subscription(database):
    await created_subscriber(database, state=None)

    assert await authenticate_customer("ada", PASSWORD) is False
