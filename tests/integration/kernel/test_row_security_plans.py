"""Row-level security leaves the hottest queries of tenants their indexes."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import invoice_queries as invoices
from domain.customer import queries as customers
from domain.kernel import access
from domain.kernel.access import Actor
from domain.kernel.database import Database, create_engine
from domain.kernel.paging import Slice
from tests.support import postgres

RESELLERS, CUSTOMERS, INVOICES = 100, 20_000, 60_000
RESELLER = access.reseller(7, [7, 8, 9])
CUSTOMER = access.customer(706)
#: Customers of resellers 7, 8 and 9.
OWN = [number for number in range(1, CUSTOMERS) if number % RESELLERS in (6, 7, 8)]

_SEED = (
    "set local session_replication_role = replica",
    f"""
    insert into reseller.resellers (code, name)
    select 'R-' || each, 'Reseller ' || each from generate_series(1, {RESELLERS}) each
    """,
    f"""
    insert into customer.customers
        (type, status, subscription_state, display_name, reseller_id)
    select 'INDIVIDUAL', 'ACTIVE', 'ACTIVE', 'Customer ' || each, 1 + each % {RESELLERS}
    from generate_series(1, {CUSTOMERS}) each
    """,
    f"""
    insert into billing.invoices
        (account_id, customer_id, status, currency, net_minor, tax_minor, total_minor,
            number, issued_on, due_on, buyer)
    select 1 + each % {CUSTOMERS}, 1 + each % {CUSTOMERS}, 'ISSUED', 'EUR', 100, 23, 123,
        'F-' || each, current_date, current_date, '{{}}'
    from generate_series(1, {INVOICES}) each
    """,
)

Query = Callable[[AsyncConnection, Actor], Awaitable[Any]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with postgres.cloned_database() as url:
        database = Database(create_engine(url))
        async with database.engine.begin() as connection:
            for statement in _SEED:
                await connection.execute(text(statement))
        async with database.reading() as connection:
            await connection.execute(text("analyze"))
        yield database
        await database.dispose()


async def plan_of(database: Database, actor: Actor, query: Query) -> list[dict[str, Any]]:
    """The nodes of the plan, outermost first, of the one statement that the query sends."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    async with database.reading_as(actor) as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await query(connection, actor)
        [(statement, values)] = sent
        plan = await connection.exec_driver_sql(f"explain (format json) {statement}", values)
        return [*_nodes(plan.scalar_one()[0]["Plan"])]


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


async def customer_by_id(connection: AsyncConnection, actor: Actor) -> Any:
    return await customers.customers_by_id(connection, actor, [706])


async def page_of_customers(connection: AsyncConnection, actor: Actor) -> Any:
    asked = customers.CustomerList(Slice.of(50, None, None, None))
    return await customers.customer_page(connection, actor, asked)


async def invoices_of_customers(connection: AsyncConnection, actor: Actor) -> Any:
    asked = invoices.InvoiceList(Slice.of(10, None, None, None))
    own = [706] if actor is CUSTOMER else random.Random(7).sample(OWN, 50)
    return await invoices.invoice_pages_by_customer(connection, actor, own, asked)


@pytest.mark.parametrize("actor", [RESELLER, CUSTOMER], ids=["reseller", "customer"])
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (customer_by_id, "customers_pkey"),
        (page_of_customers, "customers_reseller_id_idx"),
        (invoices_of_customers, "invoices_customer_id_idx"),
    ],
    ids=["a customer by id", "a page of customers", "invoices of 50 customers"],
)
async def test_a_hot_query_uses_its_index(database, actor, query, index):
    if (query, actor) == (page_of_customers, CUSTOMER):
        index = "customers_pkey"

    nodes = await plan_of(database, actor, query)

    assert index in {node.get("Index Name") for node in nodes}
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}
