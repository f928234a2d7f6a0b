"""What a customer's status and subscription mean for its billing account."""

import pytest

from domain.billing.accounts import invoicing_for, map_customer_status_to_billing_status
from domain.billing.kinds import AccountStatus, Invoicing
from domain.customer.models import CustomerStatus, SubscriptionState


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (CustomerStatus.PENDING, AccountStatus.OPEN),
        (CustomerStatus.ACTIVE, AccountStatus.OPEN),
        (CustomerStatus.INACTIVE, AccountStatus.OPEN),
        (CustomerStatus.SUSPENDED, AccountStatus.FROZEN),
        (CustomerStatus.CLOSED, AccountStatus.CLOSING),
    ],
)
def test_the_account_status_follows_the_customer_status(status, expected):
    assert map_customer_status_to_billing_status(status) is expected


@pytest.mark.parametrize("state", SubscriptionState)
def test_only_an_active_subscription_is_charged(state):
    expected = {
        SubscriptionState.ACTIVE: Invoicing.ACTIVE,
        SubscriptionState.TRIAL: Invoicing.TRIAL,
        SubscriptionState.SUSPENDED: Invoicing.PAUSED,
    }

    assert invoicing_for(state) is expected.get(state, Invoicing.STOPPED)
