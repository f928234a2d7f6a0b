"""What a customer is written when an account is dunned: facts of the event, in plain text."""

from collections.abc import Mapping
from typing import Any

from domain.customer.models import CommunicationType, Customer
from domain.kernel.money import Money
from domain.monitoring.notifiers import DeliveryRefused, current_notifier

_SUBJECTS = {
    "REMINDED": "Reminder: a payment is overdue",
    "WARNED": "Warning: your service will be suspended",
    "SUSPENDED": "Your service is suspended",
    "DISCONNECTED": "Your contract has been ended",
}
_FALLBACK = "A payment is overdue"


async def send_notice(customer: Customer, facts: Mapping[str, Any]) -> None:
    """
    Mail the customer about ``billing.dunning.stage_changed``: ``facts`` are the event's data.

    A notice of a suspension is owed by law: preferences do not stop it. Who has no address, or
    one that is refused for good, is not written to.

    Raises:
        DeliveryFailed: another attempt may do.
    """
    notifier = current_notifier()
    if customer.email is None or CommunicationType.EMAIL not in notifier.channels:
        return
    overdue = Money(facts["overdue_minor"], facts["currency"])
    body = (
        f"Dear {customer.display_name},\n\n"
        f"{overdue.amount} {overdue.currency} of your account {customer.customer_number} is"
        " overdue. If you have paid meanwhile, please take this as settled.\n"
    )
    try:
        await notifier.send_email(customer.email, _SUBJECTS.get(facts["stage"], _FALLBACK), body)
    except DeliveryRefused:
        return
