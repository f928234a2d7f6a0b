"""Two customers of unrelated resellers, a row of every kind for each, and everybody who asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from domain.kernel.access import Permission, Role
from tests.support import postgres
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller
from tests.support.server import Api, running_api

READS = tuple(permission for permission in Permission if permission.endswith(":read"))


@dataclass
class World:
    """``estates["ours"]["Invoice"]`` is a key; ``tokens`` are by the names of the principals."""

    api: Api
    estates: dict[str, dict[str, int]]
    tokens: dict[str, str | None]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        database = api.application.services.database
        parent = await earning_reseller(database)
        child = await earning_reseller(database, parent_id=parent)
        other = await earning_reseller(database)
        estates = {
            "ours": await created_estate(database, child),
            "theirs": await created_estate(database, other),
        }
        await api.settled()
        yield World(api, estates, _tokens(api, estates, parent, child, other))


def _tokens(
    api: Api, estates: dict[str, dict[str, int]], parent: int, child: int, other: int
) -> dict[str, str | None]:
    def reseller(reseller_id: int) -> str:
        return api.token(Role.RESELLER, reseller_id=reseller_id)

    def customer(owner: str) -> str:
        return api.token(Role.CUSTOMER, customer_id=estates[owner]["Customer"])

    return {
        "admin": api.token(),
        "support": api.token(Role.SUPPORT),
        "billing": api.token(Role.BILLING),
        "parent reseller": reseller(parent),
        "child reseller": reseller(child),
        "other reseller": reseller(other),
        "the customer": customer("ours"),
        "another customer": customer("theirs"),
        "a service that reads all": api.service_token(*READS),
        "a service that reads customers": api.service_token(
            Permission.CUSTOMER_READ, Permission.EVENT_READ
        ),
        "a service that reads bills": api.service_token(
            Permission.BILLING_READ, Permission.EVENT_READ
        ),
        "a service without scopes": api.service_token(),
        "nobody": None,
    }
