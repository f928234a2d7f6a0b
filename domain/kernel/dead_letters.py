"""Dead letters: tried again or given up by people, and told of in the log either way."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_, update

from domain.kernel.access import Permission, require
from domain.kernel.deliveries import DeliveryStatus, EventConsumer, EventDelivery
from domain.kernel.delivery_events import DeliveryDiscarded, DeliveryRedriven
from domain.kernel.errors import Invalid, NotFound
from domain.kernel.events import EventRow
from domain.kernel.unit_of_work import UnitOfWork

#: Letters that one transaction handles.
MOST_LETTERS = 100
LONGEST_REASON = 500


class LetterKey(NamedTuple):
    """What a dead letter is known by."""

    consumer: str
    position: int


class DeadLetterService:
    """What may be done with dead letters; each act needs ``event:admin``."""

    async def redrive(self, session: UnitOfWork, letters: Collection[LetterKey]) -> int:
        """
        Have these dead letters tried again, as often as a new event; how many there were.

        What waits behind one in its stream follows when it is done.

        Raises:
            AccessDenied, Invalid: none, or too many.
            NotFound: one of them is no dead letter (any more); then nothing is redriven.
        """
        require(session.actor, Permission.EVENT_ADMIN, "redrive dead letters")
        await self._redrive(session, await _locked(session, letters))
        return len(set(letters))

    async def redrive_all(self, session: UnitOfWork, consumer: str) -> int:
        """
        Have the consumer's oldest dead letters tried again, at most 100; how many there were.

        Raises:
            AccessDenied, NotFound: no such consumer.
        """
        require(session.actor, Permission.EVENT_ADMIN, "redrive dead letters")
        if await session.get(EventConsumer, consumer) is None:
            raise NotFound("consumer", consumer, path=["consumer"])
        oldest = await session.scalars(
            select(EventDelivery)
            .where(EventDelivery.consumer == consumer, EventDelivery.died_at.is_not(None))
            .order_by(EventDelivery.position)
            .limit(MOST_LETTERS)
            .with_for_update()
        )
        found = oldest.all()
        await self._redrive(session, found)
        return len(found)

    async def discard(
        self, session: UnitOfWork, letters: Collection[LetterKey], *, reason: str
    ) -> int:
        """
        Give these dead letters up for good; how many there were.

        What waits behind one in its stream follows. The log keeps the event itself, and who
        gave its delivery up and why.

        Raises:
            AccessDenied, Invalid: none, too many, or no reason of 1 to 500 characters.
            NotFound: one of them is no dead letter (any more); then nothing is discarded.
        """
        require(session.actor, Permission.EVENT_ADMIN, "discard dead letters")
        if not 1 <= len(reason.strip()) <= LONGEST_REASON:
            raise Invalid("reason", f"must have 1 to {LONGEST_REASON} characters")
        found = await _locked(session, letters)
        types = await _types_of(session, found)
        await session.execute(
            delete(EventDelivery)
            .where(_is_one_of(found))
            .execution_options(synchronize_session=False)
        )
        for letter in found:
            told = _facts(letter, types)
            await session.announce(DeliveryDiscarded(**told, reason=reason.strip()))
        return len(found)

    async def _redrive(self, session: UnitOfWork, letters: Sequence[EventDelivery]) -> None:
        types = await _types_of(session, letters)
        again = {
            "status": DeliveryStatus.PENDING,
            "attempts": 0,
            "redrives": EventDelivery.redrives + 1,
            "available_at": session.now,
            "died_at": None,
            "locked_until": None,
            "worker": None,
        }
        await session.execute(
            update(EventDelivery)
            .where(_is_one_of(letters))
            .values(again)
            .execution_options(synchronize_session=False)
        )
        for letter in letters:
            await session.announce(DeliveryRedriven(**_facts(letter, types)))


async def _locked(session: UnitOfWork, letters: Collection[LetterKey]) -> Sequence[EventDelivery]:
    """The dead letters, in the log's order and locked."""
    wanted = set(letters)
    if not 1 <= len(wanted) <= MOST_LETTERS:
        raise Invalid("ids", f"must name 1 to {MOST_LETTERS} dead letters")
    found = await session.scalars(
        select(EventDelivery)
        .where(_key_in(wanted), EventDelivery.died_at.is_not(None))
        .order_by(EventDelivery.position, EventDelivery.consumer)
        .with_for_update()
    )
    locked = found.all()
    missing = wanted - {LetterKey(letter.consumer, letter.position) for letter in locked}
    if missing:
        first = min(missing)
        raise NotFound("dead letter", f"{first.position} of {first.consumer}", path=["ids"])
    return locked


async def _types_of(session: UnitOfWork, letters: Sequence[EventDelivery]) -> dict[Any, str]:
    ids = [letter.event_id for letter in letters]
    rows = await session.execute(
        select(EventRow.event_id, EventRow.type).where(EventRow.event_id.in_(ids))
    )
    return {row.event_id: row.type for row in rows}


def _facts(letter: EventDelivery, types: dict[Any, str]) -> dict[str, Any]:
    return {
        "consumer": letter.consumer,
        "position": letter.position,
        "event_id": str(letter.event_id),
        "event_type": types.get(letter.event_id),
    }


def _is_one_of(letters: Sequence[EventDelivery]) -> Any:
    return _key_in([LetterKey(letter.consumer, letter.position) for letter in letters])


def _key_in(letters: Collection[LetterKey]) -> Any:
    return tuple_(EventDelivery.consumer, EventDelivery.position).in_(list(letters))
