"""One subscriber's way along the log: with others where it can, by itself where it must."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Protocol

from domain.kernel.access import Actor
from domain.kernel.errors import ErrorCode
from graph import errors
from graph.context import Context
from graph.documents import Refused
from graph.execution import Executor, Prepared
from graph.live.delivery import Delivery
from graph.live.groups import Group, Member
from graph.live.registry import Groups
from graph.live.sharing import Plan, Work, scope_of
from subscriptions.log import LogRestored
from subscriptions.progress import Progress

#: Who the subscriber is now; whatever it raises ends the subscription.
Identify = Callable[[], Awaitable[Actor]]

#: Send the delivery to the client at once if it is still that actor and nothing stands before it;
#: false, and nothing is sent, where that takes time.
SendNow = Callable[[Actor, Delivery], bool]


def later(_actor: Actor, _delivery: Delivery) -> bool:
    """Nothing is sent at once."""
    return False


class Stream(Protocol):
    """A running subscription."""

    @property
    def is_caught_up(self) -> bool:
        """Whether all that the process has read of the log was handed out and is done with."""

    def deliveries(self, send_now: SendNow = later) -> AsyncGenerator[Delivery, None]:
        """
        The answers, each once and in order, but for those that ``send_now`` has sent.

        Raises:
            Refused: the subscription is refused, from the beginning or from here on.
        """


class Alone:
    """A subscription with an execution of its own."""

    def __init__(
        self, executor: Executor, prepared: Prepared, context: Context, identify: Identify
    ) -> None:
        self._executor = executor
        self._prepared = prepared
        self._context = context
        self._identify = identify
        self._progress = Progress()

    @property
    def is_caught_up(self) -> bool:
        return self._progress.is_idle

    async def deliveries(self, send_now: SendNow = later) -> AsyncGenerator[Delivery, None]:
        scope = scope_of(self._context.actor)
        async with aclosing(self.executed()) as executed:
            async for delivery in executed:
                if scope_of(await self._identify()) != scope:
                    raise Refused(_changed())
                yield delivery

    async def executed(self) -> AsyncGenerator[Delivery, None]:
        """The answers, without a look at who asks. Raises ``Refused``."""
        self._progress.listen()
        async with aclosing(self._executor.subscribe(self._prepared, self._context)) as answers:
            async for answer in answers:
                if not answer.was_executed:
                    raise Refused(*answer.errors)
                yield Delivery.of(answer)


class Following:
    """
    A subscription that may be shared, from a place in the log on.

    Everything up to ``position`` has been handed out; ``cursor`` is that place as its log sealed
    it, which a restore makes void even where the position is not.
    """

    def __init__(
        self,
        groups: Groups,
        executor: Executor,
        prepared: Prepared,
        context: Context,
        plan: Plan,
        identify: Identify,
        cursor: str,
    ) -> None:
        self._groups = groups
        self._executor = executor
        self._prepared = prepared
        self._services = context.services
        self._plan = plan
        self._identify = identify
        self._actor = context.actor
        self._work = Work.of(prepared.request, plan, scope_of(context.actor))
        self._now: Callable[[], bool] = lambda: False
        self._send_now: SendNow = later
        self._cursors = context.services.stream.hub.cursors
        self.cursor = cursor
        self.position = self._cursors.open(cursor)

    @property
    def is_caught_up(self) -> bool:
        # A process that is behind the client's own cursor cannot tell it anything newer.
        return self._services.stream.hub.position >= self.position and self._now()

    async def deliveries(self, send_now: SendNow = later) -> AsyncGenerator[Delivery, None]:
        self._send_now = send_now
        group: Group | None = None
        with self._groups.followed():
            while True:
                group = self._next_group(group)
                source = self._by_itself() if group is None else self._together(group)
                async with aclosing(source):
                    async for delivery in source:
                        if await self._has_new_scope():
                            break
                        self._is_at(delivery)
                        yield delivery
                        if group is None and self._is_within_reach():
                            break
                    else:
                        if group is None:
                            return

    def _next_group(self, last: Group | None) -> Group | None:
        if last is not None and last.has_ended:
            # No other is tried before an execution of one's own has worked, or said what is wrong.
            return None
        return self._groups.within_reach(self._work, self.position, self.cursor)

    def _is_within_reach(self) -> bool:
        return self._groups.is_within_reach(self._work, self.position)

    def _is_at(self, delivery: Delivery) -> None:
        self.position = delivery.position or self.position
        self.cursor = delivery.cursor or self.cursor

    async def _together(self, group: Group) -> AsyncGenerator[Delivery, None]:
        with group.joined(self.position) as member:
            self._now = lambda: member.is_idle and group.is_idle
            while True:
                for delivery in await self._taken(member):
                    # A group may be behind a member that has come further by itself.
                    if (delivery.position or 0) > self.position:
                        yield delivery
                if not self._goes_on(group, member):
                    return

    async def _taken(self, member: Member) -> list[Delivery]:
        try:
            return await member.take(self.position, partial(self._send_now, self._actor))
        finally:
            if member.told is not None:
                self._is_at(member.told)

    def _goes_on(self, group: Group, member: Member) -> bool:
        if member.is_behind:
            return group.refill(member, self.position)
        return not group.has_ended

    def _by_itself(self) -> AsyncGenerator[Delivery, None]:
        if self._services.stream.hub.cursors != self._cursors:
            raise Refused(errors.domain_error(LogRestored()))
        context = Context(self._services, self._actor, resume_after=self.cursor)
        alone = Alone(self._executor, self._prepared, context, self._identify)
        self._now = lambda: alone.is_caught_up
        return alone.executed()

    async def _has_new_scope(self) -> bool:
        actor = await self._identify()
        if actor is self._actor:
            return False
        self._actor = actor
        scope = scope_of(actor)
        if scope == self._work.scope:
            return False
        self._work = Work.of(self._prepared.request, self._plan, scope)
        return True


def _changed() -> dict[str, object]:
    message = "What you may see has changed; subscribe again"
    return errors.request_error(message, ErrorCode.ACCESS_DENIED)
