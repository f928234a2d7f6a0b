"""Which events shut somebody out, and whom."""

from dataclasses import dataclass

from domain.customer.models import CustomerStatus
from domain.kernel.access import Actor, Role
from domain.kernel.events import LoggedEvent
from domain.reseller.models import ResellerStatus

_CREDENTIALS = frozenset({"password", "username"})


@dataclass(frozen=True, slots=True)
class Revoked:
    """Those whose tokens are to be looked up anew: of a subject, a customer or a reseller."""

    subject: str | None = None
    customer_id: int | None = None
    reseller_id: int | None = None

    def concerns(self, actor: Actor) -> bool:
        """Whether the actor is one of them."""
        if self.subject is not None:
            return actor.subject == self.subject
        if self.customer_id is not None:
            return actor.customer_id == self.customer_id
        return actor.role is Role.RESELLER and actor.reseller_id == self.reseller_id


def revoked_by(event: LoggedEvent) -> Revoked | None:
    """Whom the event may have shut out; None of most."""
    if event.type == "customer.deleted" or _ends_customer(event):
        return Revoked(customer_id=event.customer_id)
    if event.type == "reseller.status.changed":
        is_over = event.data["to_status"] == ResellerStatus.TERMINATED
        return Revoked(reseller_id=event.reseller_id) if is_over else None
    if event.type == "identity.account.updated":
        return Revoked(subject=f"account:{event.data['account_id']}")
    if event.type == "identity.service_account.updated":
        return Revoked(subject=f"service:{event.data['name']}")
    return None


def _ends_customer(event: LoggedEvent) -> bool:
    """A new password or name, or a customer who has left."""
    if event.type != "customer.updated":
        return False
    changed = _CREDENTIALS.intersection(event.data["changed_fields"])
    return bool(changed) or event.data["status"] == CustomerStatus.CLOSED
