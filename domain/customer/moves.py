"""Moves of a customer's two state machines: the row, its history and the event together."""

from domain.customer import lifecycle
from domain.customer.events import SubscriptionStateChanged
from domain.customer.models import (
    Customer,
    CustomerStatus,
    StateChange,
    SubscriptionState,
    TrackedState,
)
from domain.kernel.unit_of_work import UnitOfWork


async def enter(
    session: UnitOfWork,
    customer: Customer,
    state: SubscriptionState,
    reason: str | None,
    *,
    update_dates: bool = True,
) -> None:
    """Put the subscription into a state that was checked, and announce the move."""
    left = customer.subscription_state
    track(session, customer, TrackedState.SUBSCRIPTION, left, state, reason)
    customer.subscription_state = state
    customer.suspended_with_status = False
    customer.updated_at = session.now
    if update_dates:
        lifecycle.step_dates(customer, state, session.now)
    await session.announce(
        SubscriptionStateChanged(
            customer_id=customer.id,
            reseller_id=customer.reseller_id,
            from_state=left,
            to_state=state,
            reason=reason,
        )
    )


async def follow_status(session: UnitOfWork, customer: Customer) -> None:
    """A suspended customer's live subscription is suspended too, and resumed with the customer."""
    state = customer.subscription_state
    if customer.status is CustomerStatus.SUSPENDED and state in lifecycle.LIVE:
        await enter(session, customer, SubscriptionState.SUSPENDED, "customer suspended")
        customer.suspended_with_status = True
    elif customer.status is CustomerStatus.ACTIVE and customer.suspended_with_status:
        await enter(session, customer, SubscriptionState.ACTIVE, "customer resumed")


def track(
    session: UnitOfWork,
    customer: Customer,
    machine: TrackedState,
    left: str | None,
    entered: str,
    reason: str | None,
) -> None:
    """Write the move into the customer's history."""
    session.add(
        StateChange(
            customer_id=customer.id,
            machine=machine,
            from_state=left,
            to_state=entered,
            reason=reason,
            actor=session.actor.subject,
            changed_at=session.now,
        )
    )
