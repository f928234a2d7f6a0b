"""A server with trusted documents, on which some roles may have nothing else executed."""

from collections.abc import AsyncIterator

import pytest

from domain.kernel.access import Role
from tests.support import postgres
from tests.support.documents import trusting_folder
from tests.support.server import Api, running_api

TRUSTED_ONLY = [Role.ANONYMOUS, Role.CUSTOMER, Role.RESELLER]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    data = tmp_path_factory.mktemp("data")
    async with (
        postgres.cloned_database() as url,
        running_api(
            url,
            data,
            trusted_documents=trusting_folder(data / "documents"),
            trusted_only=TRUSTED_ONLY,
            introspection=[Role.ADMIN, Role.CUSTOMER],
        ) as api,
    ):
        yield api
