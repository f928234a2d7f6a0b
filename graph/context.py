"""The context and ``info`` of the running graph: the resolvers', plus what only the graph uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.identity.tokens import Tokens
from domain.kernel.access import Actor
from domain.kernel.database import Database
from resolvers import info
from resolvers.context import RequestContext
from resolvers.loaders import Loaders
from subscriptions.stream import EventStream

if TYPE_CHECKING:
    from graph.settings import Settings


@dataclass(frozen=True)
class Services:
    """What one running application has, common to all its operations."""

    settings: Settings
    database: Database
    stream: EventStream
    tokens: Tokens


class Context(RequestContext):
    """One operation, or one event of a subscription: fresh loaders."""

    def __init__(self, services: Services, actor: Actor) -> None:
        super().__init__(services.database, actor, Loaders(services.database, actor))
        self.services = services

    def renewed(self) -> Context:
        """The same actor with nothing loaded: for the next event."""
        return Context(self.services, self.actor)

    def forget(self) -> None:
        """Load everything anew: a mutation has changed rows."""
        self.loaders = Loaders(self.database, self.actor)


class Info(info.Info):
    """``info`` in the graph layer."""

    @property
    def services(self) -> Services:
        context: Context = self.context
        return context.services

    def forget(self) -> None:
        """Load everything anew: a mutation has changed rows."""
        context: Context = self.context
        context.forget()
