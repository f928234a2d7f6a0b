"""Dead letters of before deliveries had rows of their own: kept, and redriven like any other."""

from alembic import command
from sqlalchemy import text

from domain.kernel.database import Database, create_engine
from domain.kernel.deliveries import DeliveryStatus
from migrations.migrate import _with_alembic, migrate
from tests.support.facts import happened
from tests.support.handlers import left, place
from tests.support.postgres import cloned_database

_BEFORE = (
    "insert into kernel.event_consumers (name, position, attempts) values ('old', 2, 3)",
    "insert into kernel.dead_letters (consumer, position, event_id, attempts, last_error)"
    " select 'old', position, event_id, 5, 'no luck' from kernel.events where position = 1",
    "insert into kernel.dead_letters (consumer, position, event_id, attempts, last_error,"
    " redriven_at) select 'old', position, event_id, 5, 'luck', now() from kernel.events"
    " where position = 2",
)


async def test_an_upgrade_keeps_places_and_dead_letters():
    async with cloned_database("template0") as url:
        await _with_alembic(url, lambda config: command.upgrade(config, "0008"))
        database = Database(create_engine(url))
        await happened(database, 1, 2)
        async with database.engine.begin() as connection:
            for statement in _BEFORE:
                await connection.execute(text(statement))
        await migrate(url)

        places, letters = await place(database, "old"), await left(database, "old")
        await database.dispose()

    assert places == 2
    assert letters == [(1, DeliveryStatus.DEAD, 5, "no luck")]
