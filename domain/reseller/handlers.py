"""What the reseller module does when others announce theirs."""

from collections.abc import Awaitable, Callable

from domain.kernel.events import LoggedEvent
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.commands import PaidInvoice
from domain.reseller.commissions import CommissionService


async def accrue_commission(session: UnitOfWork, event: LoggedEvent) -> None:
    """The customer's reseller at the time of the payment earns its share; once per invoice."""
    if event.reseller_id is None:
        return
    data = event.data
    await CommissionService().accrue(
        session,
        PaidInvoice(
            reseller_id=event.reseller_id,
            customer_id=data["customer_id"],
            invoice_id=data["invoice_id"],
            invoice_number=data["invoice_number"],
            net=Money(data["net_minor"], data["currency"]),
            paid_at=event.occurred_at,
        ),
    )


HANDLERS: dict[str, Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]] = {
    "billing.invoice.paid": accrue_commission,
}
