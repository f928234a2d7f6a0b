"""What the ledger says, and whether it can be trusted."""

from collections import Counter
from typing import Any

from sqlalchemy import text

from domain.billing.ledger_queries import StatementList, statement_pages_by_customer
from domain.billing.ledger_records import StatementLine
from domain.billing.queries import accounts_by_customer
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.paging import Slice


async def booked(database: Database, customer_id: int) -> list[tuple[str, dict[str, int]]]:
    """Each transaction of the customer's in order: its kind, and account → minor units."""
    async with database.reading() as connection:
        rows = await connection.execute(
            text(
                "select min(kind) as kind, jsonb_object_agg(account, amount_minor) as legs"
                " from billing.ledger_entries where customer_id = :id"
                " group by transaction_id order by min(id)"
            ),
            {"id": customer_id},
        )
        return [(kind, legs) for kind, legs in rows]


async def statement(database: Database, customer_id: int) -> list[StatementLine]:
    """The customer's statement, the oldest line first."""
    asked = StatementList(Slice(first=100), descending=False)
    async with database.reading() as connection:
        pages = await statement_pages_by_customer(connection, SYSTEM, [customer_id], asked)
    return [*pages[customer_id].items] if customer_id in pages else []


async def faults(database: Database, customer_id: int) -> list[str]:
    """What does not add up of the customer's books; nothing if all does."""
    transactions = await booked(database, customer_id)
    lines = await statement(database, customer_id)
    async with database.reading() as connection:
        account = (await accounts_by_customer(connection, SYSTEM, [customer_id]))[customer_id]
        overdrawn = [*await connection.execute(text(_OVERDRAWN), {"id": customer_id})]
    sums: Counter[str] = Counter()
    for _, legs in transactions:
        sums.update(legs)
    running = [line.balance_minor for line in lines]
    stepped = [sum(line.amount_minor for line in lines[: n + 1]) for n in range(len(lines))]
    checks: dict[str, Any] = {
        "a transaction does not balance": any(sum(legs.values()) for _, legs in transactions),
        "what is owed is not the receivable": sums["RECEIVABLE"] != account.owed_minor,
        "credit is not the customer's credit": -sums["CUSTOMER_CREDIT"] != account.credit_minor,
        "the statement does not add up": running != stepped,
        "the statement does not end at the balance": (running or [0])[-1] != account.balance.minor,
        "an invoice or a payment is overdrawn": overdrawn,
    }
    return [fault for fault, is_so in checks.items() if is_so]


_OVERDRAWN = """
    select 'payment', payment.id from billing.payments payment
    left join billing.payment_allocations part on part.payment_id = payment.id
    where payment.customer_id = :id
    group by payment.id having coalesce(sum(part.amount_minor), 0) > payment.amount_minor
    union all
    select 'invoice', invoice.id from billing.invoices invoice
    left join billing.payment_allocations part on part.invoice_id = invoice.id
    where invoice.customer_id = :id
    group by invoice.id
    having coalesce(sum(part.amount_minor), 0) + credited_minor + written_off_minor
            <> invoice.paid_minor
        or invoice.paid_minor > invoice.total_minor
"""
