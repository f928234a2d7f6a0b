"""One seeded application for the whole matrix: nothing in it changes a row."""

from collections.abc import AsyncIterator

import pytest

from domain.demo.seed import seed
from domain.kernel.database import Database, create_engine
from tests.support import postgres
from tests.support.server import Api, running_api


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    """Demo data: resellers in a tree, customers of each, and rows of every kind."""
    async with postgres.cloned_database() as url:
        database = Database(create_engine(url, pool_size=2))
        await seed(database, customers=60, progress=lambda *_: None)
        yield database
        await database.dispose()


@pytest.fixture(scope="module")
async def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    url = database.engine.url.render_as_string(hide_password=False)
    async with running_api(url, tmp_path_factory.mktemp("data")) as api:
        await api.settled()
        yield api
