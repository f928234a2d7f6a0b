"""What billing does when customers change and when debts do; the table says which."""

from collections.abc import Awaitable, Callable

from domain.billing.accounts import AccountService
from domain.billing.attempts import AttemptService
from domain.billing.dunning_cases import DunningService, is_dunned
from domain.billing.kinds import RefundStatus
from domain.billing.overages import bill_overage
from domain.billing.refunds import RefundService
from domain.customer.models import Customer
from domain.kernel.concerns import concerned_with
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork


# What else of a customer an account copies comes with events of its own.
@concerned_with("email", "status")
async def follow_customer(session: UnitOfWork, event: LoggedEvent) -> None:
    """
    Open the customer's account if there is none, and bring it in line with the customer.

    It copies the state of now, not of the event: replays and late deliveries do no harm.
    """
    customer = await session.locked(Customer, Customer.id == event.customer_id)
    if customer is not None:
        await AccountService().follow(session, customer, at=event.occurred_at)


async def follow_debt(session: UnitOfWork, event: LoggedEvent) -> None:
    """
    Give service back as soon as what was overdue is settled; who is not dunned is left alone.

    It looks at what is owed now, not at the event: replays and late deliveries do no harm.
    """
    customer = await session.locked(
        Customer, Customer.id == event.customer_id, Customer.deleted_at.is_(None)
    )
    if customer is not None and await is_dunned(session, customer):
        await DunningService().follow(session, customer)


async def charge(session: UnitOfWork, event: LoggedEvent) -> None:
    """Ask the gateway for the attempt's charge; it makes it once, however often it is asked."""
    await AttemptService().carry_out(session, event.data["attempt_id"])


async def refund(session: UnitOfWork, event: LoggedEvent) -> None:
    """Have the gateway give back what waits for it; raises to be called again if it is away."""
    if event.data["status"] == RefundStatus.PENDING:
        await RefundService().carry_out(session, event.data["refund_id"])


HANDLERS: dict[str, Callable[[UnitOfWork, LoggedEvent], Awaitable[None]]] = {
    "customer.created": follow_customer,
    "customer.updated": follow_customer,
    "customer.deleted": follow_customer,
    "customer.subscription_state.changed": follow_customer,
    "customer.address.created": follow_customer,
    "customer.address.updated": follow_customer,
    "billing.payment.received": follow_debt,
    "billing.invoice.paid": follow_debt,
    "billing.invoice.voided": follow_debt,
    "billing.allocation.created": follow_debt,
    "billing.payment.attempted": charge,
    "billing.payment.refunded": refund,
    "billing.payment.dispute_closed": follow_debt,
    "billing.invoice.written_off": follow_debt,
    "billing.credit_note.issued": follow_debt,
    "tariff.usage_period.closed": bill_overage,
}
