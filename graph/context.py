"""The context and ``info`` of the running graph: the resolvers', plus what only the graph uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from domain.identity.tokens import Tokens
from domain.kernel.access import Actor
from domain.kernel.audit_writer import AuditWriter
from domain.kernel.database import Database
from domain.kernel.vault import Vault
from graph.authentication import Authenticator
from graph.limits.budgets import Charge
from resolvers import info
from resolvers.context import RequestContext
from resolvers.loaders import Loaders
from resolvers.sharing import SharedReads
from subscriptions.stream import EventStream
from subscriptions.webhooks import Webhooks

if TYPE_CHECKING:
    from graph.settings import Settings


@dataclass(frozen=True)
class Services:
    """What one running application has, common to all its operations."""

    settings: Settings
    database: Database
    stream: EventStream
    tokens: Tokens
    authenticator: Authenticator
    webhooks: Webhooks
    audit: AuditWriter
    reads: SharedReads

    @property
    def vault(self) -> Vault:
        """What seals and opens the secrets in the database."""
        return self.webhooks.service.vault


class Context(RequestContext):
    """
    One operation, or one event of a subscription: fresh loaders.

    ``charge`` is what the operation was charged, once it was.

    ``resume_after`` is the cursor that the transport was given; it goes before an ``after``.
    ``client`` is the network address that the request came from, if it came over the network.
    """

    def __init__(
        self,
        services: Services,
        actor: Actor,
        resume_after: str | None = None,
        client: str | None = None,
    ) -> None:
        super().__init__(services.database, actor, Loaders(services.reads, actor))
        self.services = services
        self.resume_after = resume_after
        self.client = client
        self.charge: Charge | None = None

    def renewed(self) -> Context:
        """The same actor with nothing loaded: for the next event."""
        return Context(self.services, self.actor, client=self.client)

    def forget(self) -> None:
        """Load everything anew: a mutation has changed rows."""
        self.loaders = Loaders(self.services.reads, self.actor)


class Info(info.Info):
    """``info`` in the graph layer."""

    @property
    def context(self) -> Context:
        return cast("Context", super().context)

    @property
    def services(self) -> Services:
        return self.context.services

    def forget(self) -> None:
        """Load everything anew: a mutation has changed rows."""
        self.context.forget()
