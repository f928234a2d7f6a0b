"""Where handlers of these tests leave their effects."""

import pytest
from sqlalchemy import text

from domain.kernel.database import Database

_EFFECTS = "create table effects (id int generated always as identity, number int)"


@pytest.fixture
async def effects(database: Database) -> None:
    """A table that handlers write to; it refuses nothing."""
    async with database.engine.begin() as connection:
        await connection.execute(text(_EFFECTS))
