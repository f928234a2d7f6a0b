"""What tariffs do when customers change: an ended subscription or customer ends the plan."""

from collections.abc import Awaitable, Callable

from domain.customer.models import SubscriptionState
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff import assignments


async def end_plan_of_deleted_customer(session: UnitOfWork, event: LoggedEvent) -> None:
    """
    End what ``customer.deleted`` leaves open. The customer can no longer be got, nor need be.

    Who is deleted has settled before, so nothing is asked for leaving early.
    """
    await _end_plan(session, event, "customer deleted", waives_fee=True)


async def end_plan_of_cancelled_subscription(session: UnitOfWork, event: LoggedEvent) -> None:
    """End the plan of a subscription that was cancelled without naming the plan."""
    if event.data["to_state"] == SubscriptionState.CANCELLED:
        await _end_plan(session, event, event.data["reason"])


async def _end_plan(
    session: UnitOfWork, event: LoggedEvent, reason: str | None, *, waives_fee: bool = False
) -> None:
    """Idempotent: there is nothing unfinished the second time, nor newer plans to be hit."""
    if event.customer_id is None:
        return
    rows = [
        row
        for row in await assignments.unfinished(session, event.customer_id)
        if row.created_at <= event.occurred_at
    ]
    if rows:
        await assignments.cancel(
            session, rows, reseller_id=event.reseller_id, reason=reason, waives_fee=waives_fee
        )


HANDLERS: dict[str, Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]] = {
    "customer.deleted": end_plan_of_deleted_customer,
    "customer.subscription_state.changed": end_plan_of_cancelled_subscription,
}
