"""One seeded database for all tests that only read, and clones of it for the others."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from domain.demo.seed import seed
from domain.kernel.database import Database
from tests.support import postgres
from tests.support.demo import database_of

CUSTOMERS = 200


@pytest.fixture(scope="package")
def seeded_url() -> Iterator[str]:
    """Demo data as of today."""
    with asyncio.Runner() as runner:
        clone = postgres.cloned_database()
        url = runner.run(clone.__aenter__())
        runner.run(_seed(url))
        yield url
        runner.run(clone.__aexit__(None, None, None))


@pytest.fixture
async def seeded(seeded_url: str) -> AsyncIterator[Database]:
    """The demo data that all tests share: for reading only."""
    async with database_of(seeded_url) as database:
        yield database


@pytest.fixture
async def seeded_copy(seeded_url: str) -> AsyncIterator[Database]:
    """The same demo data, the test's own."""
    name = seeded_url.rsplit("/", 1)[-1].split("?")[0]
    async with postgres.cloned_database(name) as url, database_of(url) as database:
        yield database


async def _seed(url: str) -> None:
    async with database_of(url) as database:
        await seed(database, customers=CUSTOMERS)
