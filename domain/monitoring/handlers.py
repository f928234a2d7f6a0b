"""What monitoring does when it or others announce something; the table says which."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from domain.customer.models import Customer
from domain.kernel.concerns import concerned_with
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.alerts import AlertService, open_alerts
from domain.monitoring.delivery import deliver
from domain.monitoring.dunning_notices import send_notice
from domain.monitoring.priority import alert_priority


async def send_notifications(session: UnitOfWork, event: LoggedEvent) -> None:
    """Send the alert's notifications; raises ``DeliveryFailed`` to be called again."""
    await deliver(session, event.data["alert_id"])


@concerned_with("status", "type")
async def weigh_alerts_again(session: UnitOfWork, event: LoggedEvent) -> None:
    """Bring open alerts' priority in line with the customer's present status and type."""
    customer = await session.locked(
        Customer, Customer.id == event.customer_id, Customer.deleted_at.is_(None)
    )
    if customer is None:
        return
    for alert in await open_alerts(session, customer.id):
        priority = alert_priority(
            alert.severity, customer_type=customer.type, customer_status=customer.status
        )
        if alert.priority is not priority:
            alert.priority, alert.updated_at = priority, session.now


async def close_alerts(session: UnitOfWork, event: LoggedEvent) -> None:
    """A deleted customer has no service left to be alerted about."""
    customer_id = event.data["customer_id"]
    await session.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    await AlertService().close_alerts_of(session, customer_id, reseller_id=event.reseller_id)


async def send_dunning_notice(session: UnitOfWork, event: LoggedEvent) -> None:
    """Tell the customer what is overdue; raises ``DeliveryFailed`` to be called again."""
    customer = await session.scalar(
        select(Customer).where(Customer.id == event.customer_id, Customer.deleted_at.is_(None))
    )
    if customer is not None and "NOTIFY" in event.data["actions"]:
        await send_notice(customer, event.data)


HANDLERS: dict[str, Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]] = {
    "monitoring.alert.raised": send_notifications,
    "billing.dunning.stage_changed": send_dunning_notice,
    "customer.updated": weigh_alerts_again,
    "customer.deleted": close_alerts,
}
