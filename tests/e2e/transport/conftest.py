"""One application for each file of transport tests: what one test changes, no other looks at."""

from collections.abc import AsyncIterator

import pytest

from tests.support import postgres
from tests.support.server import Api, running_api


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        yield api
