"""An endpoint's place in the event log: taken, held, and given up with what waits there."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Text, cast, delete, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.access import Permission
from domain.kernel.dead_letters import DeadLetterService
from domain.kernel.deliveries import DeliveryStatus, EventConsumer, EventDelivery
from domain.kernel.events import EventHead
from domain.kernel.unit_of_work import UnitOfWork
from domain.webhook.models import WebhookEndpoint, WebhookStatus

#: How long the log is kept for an endpoint that is switched off, and an event that is dead.
KEPT = timedelta(days=30)
_PREFIX = "webhook:"


def consumer_name(endpoint_id: int) -> str:
    """The name under which an endpoint's place and deliveries are kept."""
    return f"{_PREFIX}{endpoint_id}"


async def take(session: UnitOfWork, endpoint_id: int) -> None:
    """From now on, unless it has a place: what happens after this passes it by no more."""
    head = await session.scalar(select(EventHead.position))
    place = insert(EventConsumer).values(
        name=consumer_name(endpoint_id), position=head, is_ordered=False
    )
    await session.execute(place.on_conflict_do_nothing())


async def hold(session: UnitOfWork, endpoint_id: int) -> None:
    """Keep the place, and what waits there, until it is released."""
    await session.execute(
        update(EventConsumer)
        .where(EventConsumer.name == consumer_name(endpoint_id))
        .values(paused_at=session.now)
        .execution_options(synchronize_session=False)
    )


async def release(session: UnitOfWork, endpoint_id: int) -> None:
    """
    Go on from the place, or from now on; what waits for another try is tried at once.

    A place that is not held is left as it is: nobody's retries are hurried by asking again.
    """
    await take(session, endpoint_id)
    name = consumer_name(endpoint_id)
    released = await session.execute(
        update(EventConsumer)
        .where(EventConsumer.name == name, EventConsumer.paused_at.is_not(None))
        .values(paused_at=None)
        .returning(EventConsumer.name)
        .execution_options(synchronize_session=False)
    )
    if released.one_or_none() is None:
        return
    await session.execute(
        update(EventDelivery)
        .where(EventDelivery.consumer == name, EventDelivery.status == DeliveryStatus.PENDING)
        .values(available_at=session.now)
        .execution_options(synchronize_session=False)
    )


async def revive(session: UnitOfWork, endpoint_id: int) -> int:
    """Have its oldest dead deliveries tried again, at most 100; how many they were."""
    name = consumer_name(endpoint_id)
    if await session.get(EventConsumer, name) is None:
        return 0
    with session.entailing(Permission.EVENT_ADMIN):
        return await DeadLetterService().redrive_all(session, name)


async def give_up(session: UnitOfWork, endpoint_id: int) -> None:
    """Leave the log: nothing is kept for the endpoint any more, nor delivered to it."""
    await session.execute(
        delete(EventConsumer)
        .where(EventConsumer.name == consumer_name(endpoint_id))
        .execution_options(synchronize_session=False)
    )


async def forget_deleted(session: UnitOfWork, endpoint_ids: Collection[int]) -> None:
    """Give up the places that those of the endpoints which are deleted have got since."""
    there = await session.scalars(
        select(WebhookEndpoint.id).where(WebhookEndpoint.id.in_(endpoint_ids))
    )
    for endpoint_id in {*endpoint_ids} - {*there}:
        await give_up(session, endpoint_id)


async def forget_abandoned(session: UnitOfWork) -> None:
    """Hold the log back no longer for what nobody has asked for in 30 days."""
    before = session.now - KEPT
    kept = select(literal(_PREFIX) + cast(WebhookEndpoint.id, Text)).where(
        or_(WebhookEndpoint.status == WebhookStatus.ACTIVE, WebhookEndpoint.updated_at >= before)
    )
    for statement in (
        delete(EventConsumer).where(
            EventConsumer.name.startswith(_PREFIX), EventConsumer.name.not_in(kept)
        ),
        delete(EventDelivery).where(
            EventDelivery.consumer.startswith(_PREFIX), EventDelivery.died_at < before
        ),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))
