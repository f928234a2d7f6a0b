"""Resources that tests ask for by name; data comes from the builders in ``tests.support``."""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from domain.kernel.database import Database, create_engine
from domain.kernel.logging import configure_logging
from tests.support import postgres
from tests.support.dialect import share_compiled_statements
from tests.support.lending import lent_database
from tests.support.server import Api, running_api

_LONGEST = (
    "e2e/setup/",
    "e2e/docs/",
    "e2e/security/test_fuzz",
    "e2e/benchmarks/",
    "chaos/test_event_stream",
    "e2e/explorer/",
    "integration/demo/",
)
_server = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the one server; ``pytest -n`` workers use it."""
    configure_logging(level="WARNING")
    share_compiled_statements()
    keep_bytecode()
    # As the server does: looking for garbage seldom is a seventh of the time.
    gc.set_threshold(50_000, 20, 20)
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[_server] = postgres.start_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].close()


def keep_bytecode() -> None:
    """Compile each file once, whatever the environment says: hundreds of processes import it."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """Modules, schema and tests stay anyway: the garbage collector passes over them."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for sockets and clocks much of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, so that no worker waits for one at the end."""
    items.sort(key=lambda item: not any(place in item.nodeid for place in _LONGEST))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """A migrated, empty database of the test's own."""
    async with lent_database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The door to the test's own database."""
    # A loaded machine is no failure: waits are longer than in production.
    patience = {"statement_timeout": "60000", "lock_timeout": "60000"}
    database = Database(create_engine(database_url, pool_size=5, **patience))
    yield database
    await database.dispose()


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """The application on a real socket over the test's own database."""
    async with running_api(database_url, tmp_path) as api:
        yield api
