"""Communication preferences: by which channels a customer may be reached, and what for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.customer.models import CommunicationPreference, CommunicationType
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork


class Purpose(StrEnum):
    """What a message is for; each has its own switch on each channel."""

    BILLING = "billing_notifications"
    SERVICE = "service_notifications"
    TECHNICAL = "technical_notifications"
    MARKETING = "marketing_messages"
    EMERGENCY = "emergency_alerts"


_SWITCHES = frozenset({"enabled", *Purpose})


class CommunicationService:
    """The customer's channels. A channel without a row is not used."""

    async def get_customer_preferences(
        self, session: UnitOfWork, customer_id: int
    ) -> Sequence[CommunicationPreference]:
        """The customer's channels by name. Raises ``CustomerNotFound``."""
        await CustomerService().get_customer(session, customer_id)
        return (
            await session.scalars(
                select(CommunicationPreference)
                .where(CommunicationPreference.customer_id == customer_id)
                .order_by(CommunicationPreference.communication_type)
            )
        ).all()

    async def set_preference(
        self,
        session: UnitOfWork,
        customer_id: int,
        channel: CommunicationType,
        switches: Mapping[str, bool],
    ) -> None:
        """
        Turn the named switches of a channel on or off; the others stay, new channels get defaults.

        Announces ``customer.updated`` with ``communication_preferences``.

        Raises:
            CustomerNotFound, Invalid.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "change communication preferences")
        service = CustomerService()
        customer = await service.locked(session, customer_id)
        unknown = sorted(set(switches) - _SWITCHES)
        if unknown:
            raise Invalid(unknown[0], f"must be one of {', '.join(sorted(_SWITCHES))}")
        values = {"updated_at": session.now, **switches}
        await session.execute(
            insert(CommunicationPreference)
            .values(customer_id=customer_id, communication_type=channel, **values)
            .on_conflict_do_update(
                index_elements=["customer_id", "communication_type"], set_=values
            )
        )
        await service.announce_update(session, customer, ["communication_preferences"])
