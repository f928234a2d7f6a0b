"""One operation, one transaction, one instant, one actor: changes and their events together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.access import Actor, Permission
from domain.kernel.audit_changes import AuditedSession
from domain.kernel.events import Event, append
from domain.kernel.ids import uuid7
from domain.kernel.reads import Read

#: Key in ``session.info``: this transaction wrote events.
ANNOUNCED = "announced"
_INITIATOR = "initiator"

T = TypeVar("T")


class UnitOfWork(AsyncSession):
    """A session that knows its actor and announces events in the transaction of the change."""

    sync_session_class = AuditedSession

    @property
    def actor(self) -> Actor:
        """Who acts. A session without an actor cannot be had from ``Database``."""
        actor: Actor = self.info["actor"]
        return actor

    @property
    def initiator(self) -> Actor:
        """Whom the audit log and events name: the actor, or on whose behalf it acts."""
        initiator: Actor = self.info.get(_INITIATOR, self.actor)
        return initiator

    def on_behalf_of(self, person: Actor) -> None:
        """
        From here to its end the session does what this person asked for; its rights stay.

        For use cases in which the platform writes what is nobody's to write by themselves.
        """
        self.info[_INITIATOR] = person

    @cached_property
    def now(self) -> datetime:
        """The instant of this operation: the same for every row and event of it."""
        return datetime.now(UTC)

    @cached_property
    def transaction_id(self) -> UUID:
        """Common to all events of this operation; consumers use it against double processing."""
        return uuid7()

    @contextmanager
    def entailing(self, *permissions: Permission) -> Iterator[None]:
        """
        Inside, the actor may also do what its own act entails in another module.

        Accounting entails usage, assigning a plan moves the subscription: whoever may do the one
        need not be given the other at the API. The rows stay those of the actor's scope.
        """
        actor = self.actor
        self.info["actor"] = replace(actor, permissions=actor.permissions | {*permissions})
        try:
            yield
        finally:
            self.info["actor"] = actor

    async def leave_scope(self) -> None:
        """
        From here to its end the transaction may touch any tenant's rows.

        For use cases in which a secret says which row is meant, and not who the actor is.
        """
        if not self.actor.sees_all_rows:
            await self.execute(text("select set_config('role', 'none', true)"))

    async def announce(self, event: Event) -> None:
        """
        Write an event to the outbox, after the change it tells of.

        The change is flushed first, so its row locks order the events of one stream.
        """
        await self.flush()
        await append(self, event)
        self.sync_session.info[ANNOUNCED] = True

    async def locked(
        self, model: type[T], *where: Any, against_references: bool = False
    ) -> T | None:
        """
        The one row that matches, freshly read and locked until the end of the transaction.

        Rows that refer to it may still be added, unless ``against_references``.
        """
        statement = locking(model, *where, against_references=against_references)
        return (await self.scalars(statement)).one_or_none()

    async def locked_as(self, read: Read, **values: Any) -> Any | None:
        """The same by a select that is kept (``reads.remembered``), made by ``locking``."""
        found = await self.scalars(read.kept.statement, {**read.own, **values})
        return found.one_or_none()


def locking(model: type[T], *where: Any, against_references: bool = False) -> Select[T]:
    """The select of ``UnitOfWork.locked``."""
    return (
        select(model)
        .where(*where)
        .with_for_update(of=model, key_share=not against_references)
        .execution_options(populate_existing=True)
    )
