"""What one operation, or one event of a subscription, works with."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.database import Database
from domain.kernel.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from resolvers.loaders import Loaders


class RequestContext:
    """The actor, the database and the loaders. Loaders live as long as this does."""

    def __init__(self, database: Database, actor: Actor, loaders: Loaders) -> None:
        self.database = database
        self.actor = actor
        self.loaders = loaders

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for the actor's reads."""
        return self.database.reading_as(self.actor)

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction of the actor's."""
        return self.database.unit_of_work(self.actor)
