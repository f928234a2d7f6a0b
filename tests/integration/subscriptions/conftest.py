"""Where handlers of these tests leave their effects; delays that no test waits out."""

import pytest
from sqlalchemy import text

from domain.kernel.database import Database
from subscriptions import consumers

_EFFECTS = "create table effects (id int generated always as identity, number int)"


@pytest.fixture
async def effects(database: Database) -> None:
    """A table that handlers write to; it refuses nothing."""
    async with database.engine.begin() as connection:
        await connection.execute(text(_EFFECTS))


@pytest.fixture(autouse=True)
def _delays_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A retry comes when the test says that time has passed, however slow the machine is."""
    monkeypatch.setattr(consumers, "_FIRST_DELAY_SECONDS", 100)
    monkeypatch.setattr(consumers, "_LONGEST_DELAY_SECONDS", 10_000)
