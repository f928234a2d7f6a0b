"""Fields that return alerts and their notifications."""

from collections.abc import Awaitable

from domain.monitoring import queries, records
from domain.monitoring.commands import AlertFilter, AlertList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, alert_id: int) -> Awaitable[records.Alert | None]:
    """The visible alert with this id."""
    return info.loaders.alert_by_id.load(alert_id)


def alerts_of(info: Info, customer_id: int, asked: AlertList) -> Awaitable[Listing[records.Alert]]:
    """Customer.alerts: newest first."""
    return info.loaders.alerts_by_customer.load((customer_id, asked))


async def alert_list(info: Info, asked: AlertList) -> Listing[records.Alert]:
    """Query.alerts: a page of all visible alerts, newest first."""
    async with info.context.reading() as connection:
        page = await queries.alerts_page(connection, info.actor, asked)
    return Listing(page, lambda: alert_count(info, asked.filter))


async def alert_count(info: Info, wanted: AlertFilter) -> int:
    """How many visible alerts pass the filter."""
    async with info.context.reading() as connection:
        return await queries.alerts_count(connection, info.actor, wanted)


def alert_notifications(root: records.Alert, info: Info) -> Awaitable[list[records.Notification]]:
    """Alert.notifications"""
    return info.loaders.notifications_by_alert.load(root.id)
