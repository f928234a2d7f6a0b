"""What the radius module does when others announce something; the table says which."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from domain.customer.models import Customer
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from domain.radius.credentials import end
from domain.radius.models import ServiceCredential


async def end_credentials(session: UnitOfWork, event: LoggedEvent) -> None:
    """A customer who is gone leaves no secret behind, and no name taken. Repetitions end none."""
    customer = await session.locked(
        Customer, Customer.id == event.customer_id, Customer.deleted_at.is_not(None)
    )
    if customer is None:
        return
    left = await session.scalars(
        select(ServiceCredential)
        .where(ServiceCredential.customer_id == customer.id, ServiceCredential.ended_at.is_(None))
        .order_by(ServiceCredential.id)
        .with_for_update()
    )
    for row in left.all():
        await end(session, customer, row)


HANDLERS: dict[str, Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]] = {
    "customer.deleted": end_credentials,
}
