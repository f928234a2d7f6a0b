"""The demo, as ``isp-graph serve --demo`` shows it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.demo.seed import seed
from domain.kernel.database import Database
from tests.support.server import Api, running_api

CUSTOMERS = 50


@pytest.fixture
async def demo_api(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The application in demo mode, with the demo's events handled."""
    await seed(database, customers=CUSTOMERS, progress=lambda *_: None)
    async with running_api(database_url, tmp_path, demo=True) as api:
        await api.settled()
        yield api
