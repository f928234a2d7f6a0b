"""Moves of a customer's two state machines: the row, its history and the event together."""

from domain.customer import lifecycle
from domain.customer.events import SubscriptionStateChanged
from domain.customer.models import (
    Customer,
    CustomerStatus,
    HoldReason,
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
    why: HoldReason = HoldReason.ADMIN,
) -> None:
    """Put the subscription into a state that was checked, and announce the move. ``why`` holds."""
    left = customer.subscription_state
    track(session, customer, TrackedState.SUBSCRIPTION, left, state, reason)
    customer.subscription_state = state
    customer.holds = [why] if state is SubscriptionState.SUSPENDED else []
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


async def hold(session: UnitOfWork, customer: Customer, why: HoldReason, reason: str) -> None:
    """
    Hold back service for this reason, whatever others there are. Idempotent.

    A live subscription is suspended; one that has no service to hold back stays as it is.
    """
    if customer.subscription_state in lifecycle.LIVE:
        await enter(session, customer, SubscriptionState.SUSPENDED, reason, why=why)
    elif customer.subscription_state is SubscriptionState.SUSPENDED and why not in customer.holds:
        customer.holds = sorted([*customer.holds, why])
        customer.updated_at = session.now


async def release(session: UnitOfWork, customer: Customer, why: HoldReason, reason: str) -> None:
    """
    Lift this hold and no other; the subscription resumes when it was the last. Idempotent.

    While the customer is not ACTIVE, service waits for the customer.
    """
    if why not in customer.holds:
        return
    left = [other for other in customer.holds if other != why]
    if not left and customer.status is CustomerStatus.ACTIVE:
        await enter(session, customer, SubscriptionState.ACTIVE, reason)
        return
    customer.holds = left or [HoldReason.CUSTOMER]
    customer.updated_at = session.now


async def follow_status(session: UnitOfWork, customer: Customer) -> None:
    """A suspended customer's live subscription is suspended too, and resumed with the customer."""
    if customer.status is CustomerStatus.SUSPENDED:
        await hold(session, customer, HoldReason.CUSTOMER, "customer suspended")
    elif customer.status is CustomerStatus.ACTIVE:
        await release(session, customer, HoldReason.CUSTOMER, "customer resumed")


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
