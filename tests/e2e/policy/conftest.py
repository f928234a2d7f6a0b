"""Two customers of unrelated resellers, a row of every kind for each, and everybody who asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.e2e.policy.paths import keyed
from tests.support import postgres
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller
from tests.support.server import Api, running_api

READS = tuple(permission for permission in Permission if permission.endswith(":read"))
OWNERS = ("ours", "theirs")
_UNLIMITED = dict.fromkeys(("anonymous", "customer", "reseller", "staff", "service"), "none")
#: Keys by which no row can be read that has them, and what they are in an estate.
_UNREAD = {
    "Customer.username": "owner-{reseller}",
    "Customer.email": "owner-{reseller}@example.com",
    "Customer.query": "owner-{reseller}",
    "RadiusSession.username": "owner-{reseller}",
}


@dataclass
class World:
    """
    ``estates["ours"]["Invoice"]`` is a key; ``tokens`` are by the names of the principals.

    ``values["ours"]["Invoice.number"]`` is what names that invoice, for each way to name it.
    """

    api: Api
    estates: dict[str, dict[str, int]]
    tokens: dict[str, str | None]
    values: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def ask(self, principal: str, fields: list[str]) -> dict[str, Any]:
        """Alias → what the field shows, of ``p0: first field, p1: second, …``."""
        return (await self.answer(principal, fields)).get("data") or {}

    async def answer(self, principal: str, fields: list[str]) -> dict[str, Any]:
        """The response to one query of the fields, each under its alias."""
        asked = " ".join(f"p{number}: {each}" for number, each in enumerate(fields))
        return await self.api.run(f"{{ {asked} }}", token=self.tokens[principal])


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    budgets = {"points_per_minute": _UNLIMITED, "requests_per_second": _UNLIMITED}
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data"), **budgets) as api,
    ):
        database = api.application.services.database
        async with database.engine.begin() as connection:
            # Keys that are in no other number of a message.
            for sequence in [*await connection.scalars(text(_SEQUENCES))]:
                await connection.execute(text(f"alter sequence {sequence} restart 70001"))
        parent = await earning_reseller(database)
        child = await earning_reseller(database, parent_id=parent)
        other = await earning_reseller(database)
        estates = {
            "ours": await created_estate(database, child),
            "theirs": await created_estate(database, other),
        }
        await api.settled()
        world = World(api, estates, _tokens(api, estates, parent, child, other))
        world.values = {owner: await _values(world, owner) for owner in OWNERS}
        yield world


_SEQUENCES = """
    select seqrelid::regclass::text from pg_sequence join pg_class on oid = seqrelid
    where relnamespace <> 'kernel'::regnamespace
"""


async def _values(world: World, owner: str) -> dict[str, Any]:
    """What names each row of the estate, as an administrator reads it."""
    estate = world.estates[owner]
    values: dict[str, Any] = {f"{name}.id": encode_id(name, key) for name, key in estate.items()}
    values |= {name: value.format(reseller=estate["Reseller"]) for name, value in _UNREAD.items()}
    for name, keys in keyed().items():
        read = [key for key in keys if f"{name}.{key}" not in values]
        if read:
            shown = f'node(id: "{values[f"{name}.id"]}") {{ ... on {name} {{ {" ".join(read)} }} }}'
            row = (await world.ask("admin", [shown]))["p0"]
            values |= {f"{name}.{key}": row[key] for key in read}
    return values | {"Reseller.query": values["Reseller.code"]}


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
