"""The two state machines of a customer: exactly their arrows, and what their dates follow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customer.errors import CustomerNotActive
from domain.customer.lifecycle import (
    ENDED,
    LIVE,
    STATUS_ARROWS,
    SUBSCRIPTION_ARROWS,
    check_status,
    check_subscription,
    checked_reason,
    step_dates,
)
from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.kernel.errors import Conflict, InvalidTransition

START = datetime(2026, 3, 14, 12, tzinfo=UTC)
statuses = pytest.mark.parametrize("status", CustomerStatus)
states = pytest.mark.parametrize("state", SubscriptionState)


def in_state(status, state):
    return Customer(id=7, status=status, subscription_state=state, holds=[])


@statuses
@states
@pytest.mark.parametrize("requested", CustomerStatus)
def test_a_status_takes_the_arrows_of_its_table_and_no_other(status, state, requested):
    customer = in_state(status, state)
    if requested not in STATUS_ARROWS[status]:
        with pytest.raises(InvalidTransition) as refused:
            check_status(customer, requested)
        assert refused.value.allowed_states == sorted(STATUS_ARROWS[status])
        assert refused.value.path == ("status",)
    elif requested in ("INACTIVE", "CLOSED") and state in LIVE:
        with pytest.raises(Conflict, match=f"The subscription is {state}: end it first"):
            check_status(customer, requested)
    else:
        check_status(customer, requested)


@statuses
@states
@pytest.mark.parametrize("requested", SubscriptionState)
def test_a_subscription_takes_the_arrows_of_its_table_and_no_other(status, state, requested):
    customer = in_state(status, state)
    if requested not in SUBSCRIPTION_ARROWS[state]:
        with pytest.raises(InvalidTransition) as refused:
            check_subscription(customer, requested)
        assert refused.value.allowed_states == sorted(SUBSCRIPTION_ARROWS[state])
        assert (refused.value.current_state, refused.value.requested_state) == (state, requested)
        assert refused.value.path == ("subscriptionState",)
    elif requested in LIVE and status is not CustomerStatus.ACTIVE:
        with pytest.raises(CustomerNotActive) as not_active:
            check_subscription(customer, requested)
        assert not_active.value.status is status
    else:
        check_subscription(customer, requested)


def test_the_tables_name_every_state_and_end_in_closed_and_cancelled():
    assert set(STATUS_ARROWS) == set(CustomerStatus)
    assert set(SUBSCRIPTION_ARROWS) == set(SubscriptionState)
    assert [status for status, arrows in STATUS_ARROWS.items() if not arrows] == ["CLOSED"]
    assert [state for state, arrows in SUBSCRIPTION_ARROWS.items() if not arrows] == ["CANCELLED"]


def test_no_state_has_an_arrow_to_itself():
    for table in (STATUS_ARROWS, SUBSCRIPTION_ARROWS):
        assert not [state for state, arrows in table.items() if state in arrows]


@pytest.mark.parametrize(
    ("table", "start"),
    [(STATUS_ARROWS, CustomerStatus.PENDING), (SUBSCRIPTION_ARROWS, SubscriptionState.INACTIVE)],
)
def test_every_state_can_be_reached_from_the_first(table, start):
    reached, pending = {start}, [start]
    while pending:
        for following in table[pending.pop()] - reached:
            reached.add(following)
            pending.append(following)

    assert reached == set(table)


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_an_empty_reason_is_none(reason):
    assert checked_reason(reason) is None


@st.composite
def walks(draw):
    """States that a subscription of an ACTIVE customer goes through, from INACTIVE."""
    walk = [SubscriptionState.INACTIVE]
    for _ in range(draw(st.integers(0, 12))):
        if not (arrows := sorted(SUBSCRIPTION_ARROWS[walk[-1]])):
            break
        walk.append(draw(st.sampled_from(arrows)))
    return walk[1:]


@given(walks())
def test_dates_follow_the_states_entered(walk):
    customer = in_state(CustomerStatus.ACTIVE, SubscriptionState.INACTIVE)
    customer.subscription_started_at = customer.subscription_ends_at = None
    for step, state in enumerate(walk):
        at = START + timedelta(days=step)
        before = (customer.subscription_started_at, customer.subscription_ends_at)
        step_dates(customer, state, at)
        after = (customer.subscription_started_at, customer.subscription_ends_at)
        if state in LIVE:
            runs_on = before[0] is not None and before[1] is None
            assert after == (before[0] if runs_on else at, None)
        elif state in ENDED:
            assert after == (before[0], at)
        else:
            assert after == before
        assert None in after or after[0] <= after[1]
