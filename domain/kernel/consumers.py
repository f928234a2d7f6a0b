"""Durable consumers, as people hold, release and set them back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete

from domain.kernel.access import Permission, require
from domain.kernel.deliveries import EventConsumer, EventDelivery
from domain.kernel.delivery_events import ConsumerPaused, ConsumerReplayed, ConsumerResumed
from domain.kernel.errors import Invalid, NotFound
from domain.kernel.events import EventHead
from domain.kernel.unit_of_work import UnitOfWork

#: Consumers whose holding a module answers for, by the beginnings of their names, and how.
_HELD_BY_OTHERS = {"webhook:": "is paused and resumed by its webhook endpoint's own mutations"}


class ConsumerService:
    """What may be done with a consumer; each act needs ``event:admin``."""

    async def pause(self, session: UnitOfWork, name: str) -> None:
        """
        Let the consumer handle nothing more until it is resumed; tries under way end by themselves.

        Announces ``delivery.paused``, unless it is paused already.

        Raises:
            AccessDenied, NotFound.
            Invalid: another module holds and releases this consumer.
        """
        require(session.actor, Permission.EVENT_ADMIN, "pause consumers")
        _check_is_held_here(name)
        consumer = await _locked(session, name)
        if consumer.paused_at is None:
            consumer.paused_at = session.now
            await session.announce(ConsumerPaused(consumer=name, position=consumer.position))

    async def resume(self, session: UnitOfWork, name: str) -> None:
        """
        Let a paused consumer go on from where it stopped.

        Announces ``delivery.resumed``, unless it is not paused.

        Raises:
            AccessDenied, NotFound.
            Invalid: another module holds and releases this consumer.
        """
        require(session.actor, Permission.EVENT_ADMIN, "resume consumers")
        _check_is_held_here(name)
        consumer = await _locked(session, name)
        if consumer.paused_at is not None:
            consumer.paused_at = None
            await session.announce(ConsumerResumed(consumer=name, position=consumer.position))

    async def replay(self, session: UnitOfWork, name: str, *, after: int) -> ConsumerReplayed:
        """
        Set the consumer back: it gets every event behind the position anew, in order.

        What it has open or dead behind that position is dropped, and a try under way cannot be
        completed: nothing is done twice at once. What was done before is done again, so this is
        for handlers that know an event again.

        Raises:
            AccessDenied, NotFound.
            Invalid: the log no longer has all events behind the position, or the consumer has not
                come that far.
        """
        require(session.actor, Permission.EVENT_ADMIN, "replay events")
        consumer = await _locked(session, name)
        head = await session.get_one(EventHead, True)
        if after < head.floor:
            raise Invalid("after", f"must be {head.floor} or more: the log begins behind that")
        if after > consumer.position:
            raise Invalid("after", f"must be {consumer.position} or less: the consumer is there")
        died = await _dropped(session, name, after)
        told = ConsumerReplayed(
            consumer=name,
            after=after,
            position=consumer.position,
            dropped=len(died),
            dead=sum(each is not None for each in died),
        )
        consumer.position = after
        await session.announce(told)
        return told


def _check_is_held_here(name: str) -> None:
    for beginning, reason in _HELD_BY_OTHERS.items():
        if name.startswith(beginning):
            raise Invalid("name", reason)


async def _locked(session: UnitOfWork, name: str) -> EventConsumer:
    consumer = await session.locked(EventConsumer, EventConsumer.name == name)
    if consumer is None:
        raise NotFound("consumer", name, path=["name"])
    return consumer


async def _dropped(session: UnitOfWork, name: str, after: int) -> Sequence[datetime | None]:
    """Delete the consumer's deliveries behind the position; when each of them died, if it did."""
    dropped = await session.scalars(
        delete(EventDelivery)
        .where(EventDelivery.consumer == name, EventDelivery.position > after)
        .returning(EventDelivery.died_at)
        .execution_options(synchronize_session=False)
    )
    return dropped.all()
