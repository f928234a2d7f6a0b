"""What holds of the database whatever anybody sent: each query finds the rows that break it."""

from sqlalchemy import text

from domain.kernel.database import Database

_BROKEN = {
    "an invoice is the sum of its lines": """
        select invoice.id from billing.invoices invoice
        join billing.invoice_lines line on line.invoice_id = invoice.id
        group by invoice.id
        having sum(line.net_minor) <> invoice.net_minor
            or sum(line.tax_minor) <> invoice.tax_minor
    """,
    "what is paid of an invoice is what was allocated to it": """
        select invoice.id from billing.invoices invoice
        left join billing.payment_allocations part on part.invoice_id = invoice.id
        group by invoice.id having coalesce(sum(part.amount_minor), 0)
            <> invoice.paid_minor - invoice.credited_minor - invoice.written_off_minor
    """,
    "what a payment pays is the sum of its parts": """
        select payment.id from billing.payments payment
        left join billing.payment_allocations part on part.payment_id = payment.id
        group by payment.id
        having coalesce(sum(part.amount_minor), 0) <> payment.allocated_minor
            or payment.allocated_minor + payment.returned_minor > payment.amount_minor
    """,
    "the ledger balances": """
        select transaction_id from billing.ledger_entries
        group by transaction_id, currency having sum(amount_minor) <> 0
    """,
    "what is owed and what is credit is what the ledger says": """
        select account.id from billing.billing_accounts account
        cross join lateral (
            select coalesce(sum(total_minor - paid_minor), 0) as owed from billing.invoices
            where account_id = account.id and status = 'ISSUED'
        ) invoices
        cross join lateral (
            select coalesce(sum(amount_minor - allocated_minor - returned_minor), 0) as credit
            from billing.payments
            where account_id = account.id
        ) payments
        cross join lateral (
            select coalesce(sum(amount_minor) filter (where account = 'RECEIVABLE'), 0) as owed,
                coalesce(-sum(amount_minor) filter (where account = 'CUSTOMER_CREDIT'), 0) as credit
            from billing.ledger_entries where customer_id = account.customer_id
        ) ledger
        where invoices.owed <> ledger.owed or payments.credit <> ledger.credit
    """,
    "money stays in one currency": """
        select part.id from billing.payment_allocations part
        join billing.payments payment on payment.id = part.payment_id
        join billing.invoices invoice on invoice.id = part.invoice_id
        where payment.currency <> invoice.currency or payment.account_id <> invoice.account_id
    """,
    "a customer is on one plan at a time": """
        select earlier.id from tariff.plan_assignments earlier
        join tariff.plan_assignments later
            on later.customer_id = earlier.customer_id and later.id > earlier.id
        where tstzrange(earlier.started_at, earlier.ended_at)
            && tstzrange(later.started_at, later.ended_at)
    """,
    "positions of the log have no holes": """
        select 1 from kernel.events where position is not null
        having count(*) <> coalesce(max(position) - min(position) + 1, 0)
    """,
    "sequences of a stream have no holes": """
        select stream from kernel.events group by stream
        having count(*) <> max(seq) or min(seq) <> 1
    """,
    "no handler has given an event up": """
        select consumer, last_error from kernel.event_deliveries
        where died_at is not null and consumer not like 'webhook:%'
    """,
    "a name is one customer's on the network": """
        select credential.id from radius.credentials credential
        join customer.customers other on other.username = credential.username
        where credential.ended_at is null and other.deleted_at is null
            and other.id <> credential.customer_id
    """,
}


async def broken_invariants(database: Database) -> dict[str, list[str]]:
    """Invariant → rows that break it; nothing if all hold."""
    async with database.reading() as connection:
        found = {
            name: [str(tuple(row)) for row in await connection.execute(text(query))]
            for name, query in _BROKEN.items()
        }
    return {name: rows for name, rows in found.items() if rows}
