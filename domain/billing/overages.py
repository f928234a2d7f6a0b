"""What usage beyond an allowance costs, on an invoice of its own as soon as its month is closed."""

from datetime import date

from domain.billing.accounts import AccountService
from domain.billing.commands import NewLine
from domain.billing.drafting import add_draft
from domain.billing.errors import WrongCurrency
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import LineKind
from domain.customer.models import Customer
from domain.kernel.events import LoggedEvent
from domain.kernel.inbox import first_time
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

_CONSUMER = "billing.bill_overage"


async def bill_overage(session: UnitOfWork, event: LoggedEvent) -> None:
    """
    Issue an invoice for the overage of the month that was closed, once; nothing if there is none.

    Raises:
        WrongCurrency: the customer's account is in another one; a person has to look at it.
    """
    minor, currency = event.data["overage_minor"], event.data["currency"]
    if not minor or not await first_time(session, _CONSUMER, event.event_id):
        return
    customer = await session.locked(
        Customer, Customer.id == event.customer_id, Customer.deleted_at.is_(None)
    )
    if customer is None:
        return
    account = await AccountService().of(session, customer)
    if account.currency != currency:
        raise WrongCurrency("currency", currency=account.currency)
    month = date.fromisoformat(event.data["period_start"])
    line = NewLine(
        kind=LineKind.OVERAGE,
        description=f"Usage beyond the allowance in {month:%Y-%m}",
        unit_price=Money(minor, currency),
    )
    invoice = await add_draft(session, account, [line])
    await InvoiceService().issue(session, invoice, account=account, customer=customer)
