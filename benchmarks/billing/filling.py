"""Customers on a plan since today, in bulk."""

import asyncpg

_STATEMENTS = (
    """
    insert into tariff.tariff_plans (code, name, price_minor, currency, billing_cycle,
        download_kbps, upload_kbps)
    values ('BENCH', 'Fibre 100', 3000, 'EUR', 'MONTHLY', 100000, 20000)
    """,
    """
    insert into customer.customers (type, status, subscription_state, display_name, email)
    select 'INDIVIDUAL', 'ACTIVE', 'ACTIVE', 'Customer ' || each, each || '@example.com'
    from generate_series(1, {customers}) each
    """,
    """
    insert into tariff.plan_assignments (customer_id, tariff_plan_id, started_at, price_minor,
        currency, billing_cycle)
    select customer.id, plan.id, date_trunc('day', now(), 'UTC'), 3000, 'EUR', 'MONTHLY'
    from customer.customers customer cross join tariff.tariff_plans plan
    """,
    """
    insert into billing.billing_accounts (customer_id, invoicing, invoicing_since, tax_percent,
        billing_day)
    select id, 'ACTIVE', date_trunc('day', now(), 'UTC'), 23, extract(day from now())::int
    from customer.customers
    """,
    "analyze",
)


async def fill(dsn: str, customers: int) -> None:
    """So many customers, each to be charged today, in a migrated database that has none."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in _STATEMENTS:
            await connection.execute(statement.format(customers=customers))
    finally:
        await connection.close()
