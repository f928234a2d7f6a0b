"""Sending an alert's notifications: each at least once, none again once it is known as sent."""

from sqlalchemy import select

from domain.customer.models import CommunicationType
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.models import Alert, AlertStatus, Notification, NotificationStatus
from domain.monitoring.notifiers import (
    DeliveryFailed,
    DeliveryRefused,
    current_notifier,
    send_email_alert,
    send_sms_alert,
)

_LONGEST_REASON = 500
_SENDERS = {
    CommunicationType.EMAIL: send_email_alert,
    CommunicationType.SMS: send_sms_alert,
}


async def deliver(session: UnitOfWork, alert_id: int) -> None:
    """
    Send what is QUEUED for the alert; the rest of the channels go out even if one fails.

    Each notification is settled in a transaction of its own: what has been sent cannot be
    unsent, so it must stay SENT when the caller's transaction rolls back for another channel.

    Raises:
        DeliveryFailed: a notification is QUEUED still and should be tried again.
    """
    queued = await session.scalars(
        select(Notification.id)
        .where(Notification.alert_id == alert_id, Notification.status == NotificationStatus.QUEUED)
        .order_by(Notification.id)
    )
    failure: DeliveryFailed | None = None
    for notification_id in queued.all():
        failure = await _deliver_one(session, notification_id) or failure
    if failure is not None:
        raise failure


async def _deliver_one(session: UnitOfWork, notification_id: int) -> DeliveryFailed | None:
    """The failure to try again after, if there was one; it is noted on the row."""
    own = UnitOfWork(session.bind, expire_on_commit=False, info={"actor": session.actor})
    async with own, own.begin():
        # A second process at the same alert must not send it too: it leaves a locked row alone.
        notification = await own.scalar(
            select(Notification)
            .where(
                Notification.id == notification_id,
                Notification.status == NotificationStatus.QUEUED,
            )
            .with_for_update(skip_locked=True)
        )
        if notification is None:
            return None
        alert = await own.get_one(Alert, notification.alert_id)
        notification.updated_at = own.now
        return await _settle(notification, alert)


async def _settle(notification: Notification, alert: Alert) -> DeliveryFailed | None:
    obstacle = _obstacle(notification, alert)
    if obstacle is not None:
        notification.status = NotificationStatus.SUPPRESSED
        notification.reason = obstacle
        return None
    notification.attempts += 1
    notification.transport = current_notifier().name
    try:
        send = _SENDERS[notification.channel]
        await send(notification.recipient or "", alert.type, alert.message)
    except DeliveryFailed as failure:
        notification.reason = str(failure)[:_LONGEST_REASON]
        if not isinstance(failure, DeliveryRefused):
            return failure
        notification.status = NotificationStatus.FAILED
        return None
    notification.status = NotificationStatus.SENT
    notification.reason = None
    notification.sent_at = notification.updated_at
    return None


def _obstacle(notification: Notification, alert: Alert) -> str | None:
    """Why the message will not be sent at all, if so."""
    channel = notification.channel
    if channel not in current_notifier().channels or channel not in _SENDERS:
        return f"there is no transport for {channel}"
    if alert.status is AlertStatus.RESOLVED:
        return "the alert was resolved first"
    return None
