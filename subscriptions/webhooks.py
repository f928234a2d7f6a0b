"""Webhooks at work: each endpoint is a consumer of the log, with retries and dead letters."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from domain.kernel.access import SYSTEM, Actor
from domain.kernel.database import Database
from domain.kernel.deliveries import Unavailable
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Unopenable
from domain.reseller.tree import subtrees
from domain.webhook import attempts, messages, signing, urls
from domain.webhook.models import WebhookAttempt, WebhookFailure
from domain.webhook.place import consumer_name, forget_abandoned, forget_deleted
from domain.webhook.secrets import forget_expired, live_secrets
from domain.webhook.sender import Outcome, Sender
from domain.webhook.services import WebhookService
from domain.webhook.targets import Target, active_targets, target_by_id
from subscriptions.event_bus import Consumer, Handler, Permanent, Retry

#: A second to six hours: some eight hours in all (half of that at least, jitter taken off).
RETRY = Retry((1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0))

_GONE = 410
_MOST_AT_ONCE = 8
_TEST_SECONDS = 5.0
_PRUNE_EVERY_SECONDS = 3_600.0

logger = structlog.get_logger(__name__)


class NotDelivered(Unavailable):
    """The endpoint did not take the event; it may the next time."""


class Gone(NotDelivered, Permanent):
    """The endpoint will never take an event again."""


class Webhooks:
    """
    The endpoints' part in the bus: who they are now, and how an event gets to one.

    An event is delivered at least once: it is sent again if the process ends before that is
    noted. Its ``webhook-id`` is the event's id, the same on every retry and redrive.
    """

    def __init__(
        self,
        database: Database,
        service: WebhookService,
        sender: Sender,
        retry: Retry = RETRY,
    ) -> None:
        self.service = service
        self._database = database
        self._sender = sender
        self._retry = retry
        self._listed: set[int] = set()

    async def consumers(self) -> Mapping[str, Consumer]:
        """The endpoints that are ACTIVE, by the names of their places in the log."""
        async with self._database.reading() as connection:
            targets = await active_targets(connection)
            owners = {target.reseller_id for target in targets if target.reseller_id is not None}
            scopes = await subtrees(connection, owners) if owners else {}
        active = {target.id for target in targets}
        if left := self._listed - active:
            # The bus may have given one a new place that was deleted while it looked.
            async with self._database.unit_of_work(SYSTEM) as session:
                await forget_deleted(session, left)
        self._listed = active
        return {
            consumer_name(target.id): self._consumer(target, scopes.get(target.reseller_id or 0))
            for target in targets
        }

    async def deliver(self, endpoint_id: int, event: LoggedEvent) -> None:
        """
        Send the event, if the endpoint's owner may still see it, and note what came of it.

        Raises:
            Gone: the endpoint answered that it is, and is disabled now.
            NotDelivered: anything else that is not a 2xx.
        """
        async with self._database.reading() as connection:
            target = await target_by_id(connection, endpoint_id)
            owner = target and await target.owner(connection)
        if not target or not owner or not target.wants(owner, event, self.service.types):
            return
        outcome = await self._send(target, owner, event)
        async with self._database.unit_of_work(SYSTEM) as session:
            await attempts.record(session, endpoint_id, event.event_id, event.type, outcome)
        if outcome.failure is not None:
            reason = Gone if outcome.status_code == _GONE else NotDelivered
            raise reason(outcome.status_code or outcome.failure.value)

    async def test(self, attempt_id: int) -> None:
        """Send the test that the attempt stands for, unless it was sent already."""
        async with self._database.session(SYSTEM) as session:
            attempt = await session.get(WebhookAttempt, attempt_id)
            target = attempt and await target_by_id(await session.connection(), attempt.endpoint_id)
            owner = target and await target.owner(await session.connection())
        if not attempt or not target or not owner or attempt.duration_ms is not None:
            return
        event = messages.a_test(
            attempt.event_id, attempt.event_type, target.id, at=attempt.attempted_at
        )
        outcome = await self._send(target, owner, event, timeout_seconds=_TEST_SECONDS)
        async with self._database.unit_of_work(SYSTEM) as session:
            await attempts.finish_test(session, attempt_id, outcome)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tidy up every hour for the length of the block; close connections at its end."""
        tidying = asyncio.create_task(self._tidy_up())
        try:
            yield
        finally:
            tidying.cancel()
            await asyncio.gather(tidying, return_exceptions=True)
            await self._sender.aclose()

    def _consumer(self, target: Target, resellers: frozenset[int] | None) -> Consumer:
        return Consumer(
            name=consumer_name(target.id),
            patterns=target.patterns(self.service.types),
            handle=self._handler(target.id),
            origin=self,
            retry=self._retry,
            is_ordered=False,
            in_transaction=False,
            # One that answers nobody must not hold the connections that others wait for.
            most_at_once=1 if target.failing_since else _MOST_AT_ONCE,
            # Others' events need not be opened; each is asked about again when it is sent.
            resellers=resellers,
        )

    def _handler(self, endpoint_id: int) -> Handler:
        async def handle(_session: UnitOfWork, event: LoggedEvent) -> None:
            await self.deliver(endpoint_id, event)

        return handle

    async def _send(
        self, target: Target, owner: Actor, event: LoggedEvent, **limits: float
    ) -> Outcome:
        content_type, body = messages.written(event, target.format, owner)
        try:
            async with self._database.reading() as connection:
                keys = await live_secrets(connection, self.service.vault, target.id)
        except Unopenable:
            return Outcome(0, failure=WebhookFailure.NOT_SIGNED)
        signed = signing.headers(
            keys, message_id=str(event.event_id), timestamp=int(time.time()), body=body
        )
        to = urls.parsed(target.url)
        return await self._sender.post(
            to,
            {"content-type": content_type, **signed},
            body,
            is_operators=target.reseller_id is None,
            **limits,
        )

    async def _tidy_up(self) -> None:
        while True:
            try:
                async with self._database.unit_of_work(SYSTEM) as session:
                    await forget_expired(session)
                    await forget_abandoned(session)
                    removed = await attempts.prune(session)
            except Exception as error:
                logger.warning("webhooks not tidied up", error=type(error).__name__)
                removed = 0
            await asyncio.sleep(1 if removed else _PRUNE_EVERY_SECONDS)
