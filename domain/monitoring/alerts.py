"""Alerts about a customer's service: raised, acknowledged, resolved, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.customer.communication_service import CommunicationService
from domain.customer.models import (
    CommunicationPreference,
    CommunicationType,
    Customer,
    CustomerStatus,
)
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import InvalidTransition, VersionConflict
from domain.kernel.events import Event
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.errors import AlertNotFound, CustomerClosed
from domain.monitoring.events import AlertAcknowledged, AlertRaised, AlertResolved
from domain.monitoring.models import (
    Alert,
    AlertSeverity,
    AlertStatus,
    Notification,
    NotificationStatus,
)
from domain.monitoring.policy import visible_alerts
from domain.monitoring.priority import alert_priority

ARROWS: dict[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.ACTIVE: frozenset({AlertStatus.ACKNOWLEDGED}),
    AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.RESOLVED}),
    AlertStatus.RESOLVED: frozenset(),
}


class AlertService:
    """
    The use cases of alerts. The customer's preferences decide who hears of one, and how.

    Each takes the customer's lock first, then the alert's.
    """

    async def create_alert(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        type: str,
        severity: AlertSeverity,
        message: str,
    ) -> Alert:
        """
        Raise an alert with a QUEUED notification for each channel, and announce it.

        Channels are those enabled for emergency alerts that the customer has an address for
        (guide, Monitoring: Alert Notifications). They are sent after the commit.

        Raises:
            AccessDenied, CustomerNotFound, Invalid.
            CustomerClosed: the customer's status is CLOSED.
        """
        require(session.actor, Permission.ALERT_WRITE, "raise alerts")
        customer = await CustomerService().locked(session, customer_id)
        if customer.status is CustomerStatus.CLOSED:
            raise CustomerClosed(customer_id)
        alert = _new_alert(session, customer, severity)
        alert.type = values.text(type, "type", longest=64)
        alert.message = values.text(message, "message", longest=1000)
        session.add(alert)
        await session.flush()
        await self._queue(session, alert, customer)
        await session.announce(
            AlertRaised(
                customer_id=customer_id,
                reseller_id=customer.reseller_id,
                alert_id=alert.id,
                alert_type=alert.type,
                severity=alert.severity,
                priority=alert.priority,
            )
        )
        return alert

    async def acknowledge_alert(
        self, session: UnitOfWork, alert_id: int, *, expected_version: int | None = None
    ) -> Alert:
        """
        Take an ACTIVE alert on, and announce it.

        Raises:
            AccessDenied, AlertNotFound, InvalidTransition, VersionConflict.
        """
        alert, customer = await self._locked(session, alert_id, expected_version)
        await self._acknowledge(session, alert, customer.reseller_id)
        return alert

    async def resolve_alert(
        self, session: UnitOfWork, alert_id: int, *, expected_version: int | None = None
    ) -> Alert:
        """
        Put an ACKNOWLEDGED alert behind us, and announce it.

        Raises:
            AccessDenied, AlertNotFound, InvalidTransition, VersionConflict.
        """
        alert, customer = await self._locked(session, alert_id, expected_version)
        await self._resolve(session, alert, customer.reseller_id)
        return alert

    async def close_alerts_of(
        self, session: UnitOfWork, customer_id: int, *, reseller_id: int | None
    ) -> None:
        """Step every open alert of a customer who is gone to RESOLVED; none open is fine."""
        for alert in await open_alerts(session, customer_id):
            if alert.status is AlertStatus.ACTIVE:
                await self._acknowledge(session, alert, reseller_id)
            await self._resolve(session, alert, reseller_id)

    async def _queue(self, session: UnitOfWork, alert: Alert, customer: Customer) -> None:
        preferences = await CommunicationService().get_customer_preferences(session, customer.id)
        for channel in alert_channels(customer, preferences):
            session.add(
                Notification(
                    alert_id=alert.id,
                    channel=channel,
                    recipient=recipient_of(customer, channel),
                    status=NotificationStatus.QUEUED,
                    created_at=session.now,
                    updated_at=session.now,
                )
            )

    async def _locked(
        self, session: UnitOfWork, alert_id: int, expected_version: int | None
    ) -> tuple[Alert, Customer]:
        require(session.actor, Permission.ALERT_WRITE, "change alerts")
        visible = (Alert.id == alert_id, visible_alerts(session.actor))
        customer_id = await session.scalar(select(Alert.customer_id).where(*visible))
        if customer_id is None:
            raise AlertNotFound(alert_id)
        customer = await CustomerService().locked(session, customer_id)
        alert = await session.locked(Alert, *visible)
        if alert is None:
            raise AlertNotFound(alert_id)
        if expected_version not in (None, alert.version):
            raise VersionConflict("alert", current_version=alert.version)
        return alert, customer

    async def _acknowledge(
        self, session: UnitOfWork, alert: Alert, reseller_id: int | None
    ) -> None:
        _step(session, alert, AlertStatus.ACKNOWLEDGED)
        alert.acknowledged_at, alert.acknowledged_by = session.now, session.actor.subject
        await _announce(session, AlertAcknowledged, alert, reseller_id)

    async def _resolve(self, session: UnitOfWork, alert: Alert, reseller_id: int | None) -> None:
        _step(session, alert, AlertStatus.RESOLVED)
        alert.resolved_at, alert.resolved_by = session.now, session.actor.subject
        await _announce(session, AlertResolved, alert, reseller_id)


def alert_channels(
    customer: Customer, preferences: Sequence[CommunicationPreference]
) -> list[CommunicationType]:
    """The channels that an alert goes out by: wanted for emergencies, and with an address."""
    return [
        preference.communication_type
        for preference in preferences
        if preference.enabled
        and preference.emergency_alerts
        and _has_address(customer, preference.communication_type)
    ]


def recipient_of(customer: Customer, channel: CommunicationType) -> str | None:
    """Where a message by the channel goes; None for post and push, which need no address here."""
    if channel is CommunicationType.EMAIL:
        return customer.email
    if channel in (CommunicationType.SMS, CommunicationType.PHONE):
        return customer.phone or customer.mobile
    return None


async def open_alerts(session: UnitOfWork, customer_id: int) -> Sequence[Alert]:
    """The customer's alerts that are not RESOLVED, by id, locked."""
    statement = (
        select(Alert)
        .where(Alert.customer_id == customer_id, Alert.status != AlertStatus.RESOLVED)
        .order_by(Alert.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


def _has_address(customer: Customer, channel: CommunicationType) -> bool:
    if channel in (CommunicationType.MAIL, CommunicationType.PUSH):
        return True
    return recipient_of(customer, channel) is not None


def _new_alert(session: UnitOfWork, customer: Customer, severity: AlertSeverity) -> Alert:
    return Alert(
        customer_id=customer.id,
        severity=severity,
        priority=alert_priority(
            severity, customer_type=customer.type, customer_status=customer.status
        ),
        status=AlertStatus.ACTIVE,
        raised_by=session.actor.subject,
        created_at=session.now,
        updated_at=session.now,
    )


def _step(session: UnitOfWork, alert: Alert, status: AlertStatus) -> None:
    allowed = ARROWS[alert.status]
    if status not in allowed:
        raise InvalidTransition(
            "status", current=alert.status, requested=status, allowed=sorted(allowed)
        )
    alert.status = status
    alert.updated_at = session.now


async def _announce(
    session: UnitOfWork,
    fact: type[AlertAcknowledged] | type[AlertResolved],
    alert: Alert,
    reseller_id: int | None,
) -> None:
    event: Event = fact(
        customer_id=alert.customer_id,
        reseller_id=reseller_id,
        alert_id=alert.id,
        alert_type=alert.type,
    )
    await session.announce(event)
