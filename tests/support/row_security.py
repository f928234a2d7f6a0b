"""Two unrelated tenants with a row of every kind each, for tests of row-level security."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from domain.kernel import access
from domain.kernel.access import Actor
from domain.kernel.database import Database, create_engine
from migrations.row_security import secure_rows
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller


@dataclass
class TwoTenants:
    """``estates["ours"]["Invoice"]`` is a key; the actors are the owners of ours and of theirs."""

    database: Database
    estates: dict[str, dict[str, int]]

    def customer(self, owner: str) -> Actor:
        return access.customer(self.estates[owner]["Customer"])

    def reseller(self, owner: str) -> Actor:
        reseller_id = self.estates[owner]["Reseller"]
        return access.reseller(reseller_id, [reseller_id])

    def actors(self, owner: str) -> list[Actor]:
        return [self.customer(owner), self.reseller(owner)]


@asynccontextmanager
async def two_tenants(url: str) -> AsyncIterator[TwoTenants]:
    """The tenants in an empty database; its pool has one connection."""
    database = Database(create_engine(url, pool_size=1))
    estates = {
        owner: await created_estate(database, await earning_reseller(database))
        for owner in ("ours", "theirs")
    }
    yield TwoTenants(database, estates)
    await database.dispose()


def secured_again(connection: Connection) -> None:
    """What a later migration does that adds a table of tenants'."""
    with Operations.context(MigrationContext.configure(connection)):
        secure_rows()


async def customers_seen(tenants: TwoTenants, actor: Actor) -> set[int]:
    """Ids of the customers that the database shows the actor, asked for all."""
    async with tenants.database.reading_as(actor) as connection:
        return {*await connection.scalars(text("select id from customer.customers"))}


async def written(tenants: TwoTenants, actor: Actor, statement: str, **values: int) -> int:
    """How many rows the statement wrote as the actor."""
    async with tenants.database.unit_of_work(actor) as session:
        return (await session.execute(text(statement), values)).rowcount
