"""One customer with a row of every kind, tax and document numbers included."""

from collections.abc import AsyncIterator

import pytest

from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from tests.support import postgres
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller
from tests.support.server import Api, running_api

TAX_ID = "PT501442600"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        yield api


@pytest.fixture(scope="module")
async def estate(server: Api) -> dict[str, int]:
    database = server.application.services.database
    estate = await created_estate(database, await earning_reseller(database))
    async with database.unit_of_work(SYSTEM) as session:
        changes = {"tax_id": TAX_ID}
        await CustomerService().update_customer(session, estate["Customer"], changes)
    await server.settled()
    return estate
