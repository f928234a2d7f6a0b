"""A process's live operations over the test's own database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.subscribers import House, house


@pytest.fixture
async def live(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with house(database_url, tmp_path) as running:
        yield running
