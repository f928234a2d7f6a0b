"""The groups of one process: started by their first member, ended by their last."""

import asyncio
import contextvars
import uuid
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import structlog

from graph.context import Context, Services
from graph.execution import Executor
from graph.live.delivery import Delivery
from graph.live.groups import RING, Group
from graph.live.measures import EXECUTIONS, GROUPS
from graph.live.sharing import Work

logger = structlog.get_logger(__name__)


class Groups:
    """Every shared execution of the process."""

    def __init__(self, services: Services, executor: Executor) -> None:
        self._services = services
        self._executor = executor
        self._groups: dict[Work, Group] = {}
        self._tasks: dict[Group, asyncio.Task[None]] = {}
        #: Subscriptions that have their place in the log, in a group or on the way to one.
        self.followers = 0

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    @contextmanager
    def followed(self) -> Iterator[None]:
        """One more subscription follows, for the length of the block."""
        self.followers += 1
        try:
            yield
        finally:
            self.followers -= 1

    def is_within_reach(self, work: Work, position: int) -> bool:
        """Whether a subscriber that has had everything up to the position can join a group."""
        newest = self._services.stream.hub.position
        if position > newest:
            # The client has seen more than this process has: no group can know what comes next.
            return False
        group = self._groups.get(work)
        return newest - position <= RING if group is None else position >= group.low

    def within_reach(self, work: Work, position: int, cursor: str) -> Group | None:
        """The group to join behind the position, started if there is none; or None."""
        if not self.is_within_reach(work, position):
            return None
        return self._groups.get(work) or self._started(work, position, cursor)

    async def stop(self) -> None:
        """End every group."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _started(self, work: Work, position: int, cursor: str) -> Group:
        group = Group(position, lambda empty: self._end(work, empty))
        self._groups[work] = group
        GROUPS.set(len(self._groups))
        # Nothing of the member that happens to come first: not its request id, not its name.
        task = asyncio.create_task(self._run(work, group, cursor), context=contextvars.Context())
        self._tasks[group] = task
        task.add_done_callback(lambda _: self._tasks.pop(group))
        return group

    async def _run(self, work: Work, group: Group, cursor: str) -> None:
        structlog.contextvars.bind_contextvars(
            request_id=uuid.uuid4().hex, operation=work.operation_name, actor=work.scope.subject
        )
        group.progress.listen()
        context = Context(self._services, work.scope, resume_after=cursor)
        try:
            prepared = self._executor.prepared(work.request(cursor), context)
            answers = self._executor.subscribe(prepared, context)
            async with aclosing(answers):
                async for answer in answers:
                    if not answer.was_executed:
                        # Each member is told by an execution of its own.
                        return
                    EXECUTIONS.inc()
                    await group.push(Delivery.of(answer))
        except Exception as error:
            logger.error("group failed", exc_info=error)
        finally:
            self._forget(work, group)
            group.end()

    def _end(self, work: Work, group: Group) -> None:
        self._forget(work, group)
        if group in self._tasks:
            self._tasks[group].cancel()

    def _forget(self, work: Work, group: Group) -> None:
        if self._groups.get(work) is group:
            del self._groups[work]
            GROUPS.set(len(self._groups))
