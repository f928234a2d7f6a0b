"""
The data that is measured on, written by set-based SQL into the migrated, empty schema.

Everything follows from the row's number, so that two runs measure the same rows.
"""

import asyncpg
from sqlalchemy.engine import make_url

#: Rows of each customer.
INVOICES = 5
SESSIONS = 3
#: Customers of each reseller: ``reseller_of`` tells which.
OF_A_RESELLER = 100
PLANS = 20

_PARENTS = """
    insert into reseller.resellers (code, name, email, currency, commission_percent)
    select 'R-' || lpad(n::text, 4, '0'), 'Reseller ' || n, 'r' || n || '@example.com', 'EUR', 7.5
    from generate_series(1, {resellers}) n;

    insert into tariff.tariff_plans (code, name, price_minor, currency, billing_cycle,
        download_kbps, upload_kbps)
    select 'FIBRE-' || n * 50, 'Fibre ' || n * 50, 1490 + n * 500, 'EUR', 'MONTHLY',
        n * 50000, n * 10000
    from generate_series(1, {plans}) n;
"""
#: What MUTATION changes, as ``_CUSTOMERS`` has it.
TAKE_BACK = """
    update customer.customers set mobile = '+49151' || 1000000 + id
    where mobile <> '+49151' || 1000000 + id
"""
_CUSTOMERS = """
    insert into customer.customers (type, status, subscription_state, subscription_started_at,
        first_name, last_name, display_name, email, phone, mobile, username, language, time_zone,
        reseller_id, tags, created_at, updated_at)
    select 'INDIVIDUAL',
        case n % 8 when 0 then 'SUSPENDED' else 'ACTIVE' end,
        case n % 8 when 0 then 'SUSPENDED' else 'ACTIVE' end,
        at, 'Person', 'Number ' || n, 'Person Number ' || n, 'c' || n || '@example.com',
        '+4930' || 1000000 + n, '+49151' || 1000000 + n, 'user' || n, 'de', 'Europe/Berlin',
        (n - 1) / {of_a_reseller} + 1, '["bench"]', at, at
    from generate_series(1, {customers}) n,
        lateral (select timestamptz '2025-01-01 00:00:00.123456Z' + n * interval '7 minutes') t(at);

    insert into tariff.plan_assignments (customer_id, tariff_plan_id, started_at, price_minor,
        currency, billing_cycle)
    select customer.id, plan.id, customer.created_at, plan.price_minor, plan.currency,
        plan.billing_cycle
    from customer.customers customer
    join tariff.tariff_plans plan on plan.id = customer.id % {plans} + 1;

    insert into radius.sessions (customer_id, acct_unique_session_id, acct_session_id, username,
        nas_ip_address, framed_ip_address, calling_station_id, state, input_octets, output_octets,
        session_time_seconds, started_at, last_update_at, stopped_at, terminate_cause)
    select c, md5(c || '/' || s), 'S-' || c || '-' || s, 'user' || c, '10.0.0.1',
        inet '10.64.0.0' + c, '02:00:00:00:00:0' || s,
        case s when {sessions} then 'ACTIVE' else 'STOPPED' end,
        c * 1000000::bigint + s, c * 9000000::bigint + s, 3600 * s, at, at + interval '1 hour',
        case s when {sessions} then null else at + interval '1 hour' end,
        case s when {sessions} then null else 'User-Request' end
    from generate_series(1, {customers}) c, generate_series(1, {sessions}) s,
        lateral (select timestamptz '2026-06-01 00:00:00.5Z' + s * interval '1 day'
            + c * interval '1 second') t(at);
"""
_BILLING = """
    insert into billing.billing_accounts (customer_id, email)
    select id, email from customer.customers order by id;

    insert into billing.invoices (account_id, customer_id, status, number, currency, net_minor,
        tax_minor, total_minor, paid_minor, period_from, period_to, issued_on, due_on, issued_at,
        buyer, created_at, updated_at)
    select account.id, account.customer_id, 'ISSUED',
        'I-' || lpad(account.customer_id::text, 6, '0') || '-' || i, 'EUR', 5000, 950, 5950,
        case i when {invoices} then 0 else 5950 end, day, (day + interval '1 month')::date, day,
        day + 14, day + time '03:00' at time zone 'UTC',
        jsonb_build_object('name', 'Person Number ' || account.customer_id),
        (day + time '03:00') at time zone 'UTC', (day + time '03:00') at time zone 'UTC'
    from billing.billing_accounts account, generate_series(1, {invoices}) i,
        lateral (select (date '2026-01-01' + i * interval '1 month')::date) t(day)
    order by account.id, i;

    insert into billing.invoice_lines (invoice_id, position, kind, description, quantity,
        unit_price_minor, tax_percent, net_minor, tax_minor, period_from, period_to)
    select id, line, case line when 1 then 'RECURRING' else 'USAGE' end,
        case line when 1 then 'Fibre, one month' else 'Calls' end, 1, net, 19, net, net * 19 / 100,
        period_from, period_to
    from billing.invoices, generate_series(1, 2) line,
        lateral (select case line when 1 then 4000 else 1000 end) t(net)
    order by id, line;

    insert into billing.payments (account_id, customer_id, method, reference, currency,
        amount_minor, allocated_minor, received_at, recorded_by)
    select account_id, customer_id, 'BANK_TRANSFER', 'paid ' || number, currency, paid_minor,
        paid_minor, issued_at + interval '5 days', 'bench'
    from billing.invoices where paid_minor > 0 order by id;

    insert into billing.payment_allocations (payment_id, invoice_id, amount_minor, created_at)
    select payment.id, invoice.id, payment.amount_minor, payment.received_at
    from billing.invoices invoice
    join billing.payments payment on payment.reference = 'paid ' || invoice.number
    order by invoice.id;
"""
#: PostGraphile has no list of rows by their keys but through a function; nobody else calls it.
_BY_IDS = """
    create function customer.customers_by_ids(ids integer[]) returns setof customer.customers
    language sql stable rows 100 as
    $$ select * from customer.customers where id = any (ids) order by id $$;
"""
#: PostGraphile would take it for a column of the invoice's, which has one of that name.
_HIDDEN = "comment on function billing.content_digest(billing.invoices) is '@behavior -*'"


async def seed(url: str, customers: int) -> None:
    """That many customers with all that is theirs, and the planner told of them."""
    connection = await asyncpg.connect(dsn(url))
    amounts = {
        "customers": customers,
        "resellers": reseller_of(customers),
        "of_a_reseller": OF_A_RESELLER,
        "plans": PLANS,
        "invoices": INVOICES,
        "sessions": SESSIONS,
    }
    try:
        # What is written here is whole: no trigger is to look at each row of an issued invoice.
        await connection.execute("set session_replication_role = replica")
        for statements in (_PARENTS, _CUSTOMERS, _BILLING):
            await connection.execute(statements.format(**amounts))
        await connection.execute(_BY_IDS)
        await connection.execute(_HIDDEN)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


def reseller_of(customer_id: int) -> int:
    """The reseller of a customer, by their ids."""
    return (customer_id - 1) // OF_A_RESELLER + 1


def dsn(url: str) -> str:
    """The URL as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
