"""The event log as tests tamper with it, and a hub that reads it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from domain.kernel.database import Database
from subscriptions.hub import Gap, Hub
from tests.support.facts import running
from tests.support.waiting import eventually


@asynccontextmanager
async def reading(hub: Hub) -> AsyncIterator[None]:
    """The hub at work."""
    async with running(hub.run()):
        await hub.is_started.wait()
        yield


def all_of(hub: Hub, after: int | None = None):
    """A follower of every event."""
    return hub.follow(lambda _event: True, text("true"), after)


async def some(follower, number: int) -> list[int | Gap]:
    """The numbers of the follower's next events; gaps as they are."""
    told = [await anext(follower) for _ in range(number)]
    return [each if isinstance(each, Gap) else each.data["number"] for each in told]


async def caught_up(hub: Hub, position: int) -> None:
    hub.wake()
    await eventually(lambda: hub.position == position)


async def changed(database: Database, *statements: str) -> None:
    """Run these in one transaction."""
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def forgotten(database: Database, position: int) -> None:
    """Retention has removed everything up to the position."""
    await changed(
        database,
        f"update kernel.event_head set floor = {position}",
        f"delete from kernel.events where position <= {position}",
    )
