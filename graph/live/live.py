"""Everything live in one process: subscriptions, who holds them open, and how they end."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol

from domain.kernel.errors import Invalid
from graph.audit.recording import record_start
from graph.context import Context, Services
from graph.execution import Executor, Prepared, Request
from graph.live.following import Alone, Following, Identify, Stream
from graph.live.principals import Principals
from graph.live.registry import Groups
from graph.live.sharing import Plan, plan_of

_REMEMBERED = 512
_LONGEST_SPREAD_SECONDS = 2.0
_SPREAD_SECONDS_EACH = 0.005


class Guest(Protocol):
    """A socket or an event stream."""

    def leave(self) -> None:
        """The process is about to end: say so to the client and go."""


class Live:
    """The live operations of one process."""

    def __init__(self, services: Services, executor: Executor) -> None:
        self.principals = Principals(services.settings.streams_per_principal)
        self.groups = Groups(services, executor)
        self.is_leaving = False
        self._spread = 0.0
        self._services = services
        self._executor = executor
        self._most = services.settings.streams
        self._guests: set[Guest] = set()
        self._plan = lru_cache(_REMEMBERED)(self._planned)

    def stream(self, prepared: Prepared, context: Context, identify: Identify) -> Stream:
        """The stream of a valid subscription; it stands from its first delivery's await on."""
        record_start(prepared, context)
        plan = self._plan(prepared.request.query)
        cursor = None if plan is None else self._start(plan, prepared.request, context)
        if plan is None or cursor is None:
            return Alone(self._executor, prepared, context, identify)
        return Following(
            self.groups, self._executor, prepared, context, plan, identify, cursor=cursor
        )

    @property
    def cursor(self) -> str:
        """The place of the newest event that the process has read."""
        return self._services.stream.hub.cursor

    @property
    def has_room(self) -> bool:
        """Whether one more socket or event stream may be opened."""
        return len(self._guests) < self._most

    @contextmanager
    def present(self, guest: Guest) -> Iterator[None]:
        """The guest is told when the process is about to end."""
        self._guests.add(guest)
        try:
            yield
        finally:
            self._guests.discard(guest)

    def leave(self) -> None:
        """Tell every guest, once, that the process is about to end."""
        if not self.is_leaving:
            self.is_leaving = True
            self._spread = min(_LONGEST_SPREAD_SECONDS, _SPREAD_SECONDS_EACH * len(self._guests))
            for guest in tuple(self._guests):
                guest.leave()

    def leaving_delay(self) -> float:
        """Seconds that a socket stays, so that many do not all come back at the same moment."""
        return random.uniform(0, self._spread)  # noqa: S311

    async def stop(self) -> None:
        """End all shared work."""
        await self.groups.stop()

    def _planned(self, query: str) -> Plan | None:
        return plan_of(self._executor.documents.get(query))

    def _start(self, plan: Plan, request: Request, context: Context) -> str | None:
        """The cursor to start from; None if only the operation itself can tell what is wrong."""
        given = context.resume_after
        if given is None and plan.after is not None:
            given = request.variables.get(plan.after)
        hub = self._services.stream.hub
        if given is None:
            return hub.cursor
        if not isinstance(given, str):
            return None
        try:
            hub.cursors.open(given)
        except Invalid:
            return None
        return given
