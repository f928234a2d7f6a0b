"""Reads of the ledger: its entries, sums by account, and customers' statements of account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import ledger_records as records
from domain.billing.kinds import LedgerAccount
from domain.billing.ledger_models import LedgerEntry
from domain.billing.policy import visible_entries
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import remembered
from domain.kernel.records import fetch, select_record


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """All that are given must hold. ``booked_to`` is exclusive."""

    account: LedgerAccount | None = None
    customer_id: int | None = None
    booked_from: datetime | None = None
    booked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryList:
    """The ledger's entries in the order of booking, as a client asks for them."""

    part: Slice
    filter: EntryFilter = EntryFilter()


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """All that are given must hold. ``booked_to`` is exclusive."""

    booked_from: datetime | None = None
    booked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementList:
    """A statement as a client asks for it: the newest line first unless told otherwise."""

    part: Slice
    filter: StatementFilter = StatementFilter()
    descending: bool = True


_entry = LedgerEntry
_ORDER = Ordering("BOOKED", (_entry.at, _entry.id))


def _statement_lines() -> Any:
    """
    Every transaction that changes a balance, with the balance after it.

    A balance is the sum of all lines up to its own, so dates are picked from outside of this;
    a customer's key is pushed into it, by which each customer's lines alone are read.
    """
    amount = func.sum(_entry.amount_minor)
    first_id = func.min(_entry.id)
    what = (_entry.customer_id, _entry.kind, _entry.currency)
    where = (_entry.invoice_id, _entry.payment_id, _entry.credit_note_id, _entry.at)
    running = func.sum(amount).over(
        partition_by=(_entry.customer_id, _entry.currency), order_by=first_id
    )
    return (
        select(
            first_id.label("id"),
            *what,
            cast(amount, BigInteger).label("amount_minor"),
            cast(running, BigInteger).label("balance_minor"),
            *where,
        )
        .where(_entry.account.in_((LedgerAccount.RECEIVABLE, LedgerAccount.CUSTOMER_CREDIT)))
        .group_by(*what, _entry.transaction_id, *where)
        .having(amount != 0)
        .subquery("statement_lines")
    )


_lines = _statement_lines()


async def statement_pages_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    asked: StatementList,
) -> dict[int, Page[records.StatementLine]]:
    """The same page of each customer's statement."""
    return await pages_by_parent(
        connection,
        records.StatementLine,
        _statements(actor, asked.filter),
        parent=_lines.c.customer_id,
        parents=customer_ids,
        order=Ordering("BOOKED", (_lines.c.id,), asked.descending),
        part=asked.part,
        bound_to=asked.filter,
    )


async def statement_counts_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    wanted: StatementFilter,
) -> dict[int, int]:
    """How many lines each customer's statement has that pass the filter."""
    return await counts_by_parent(
        connection,
        _statements(actor, wanted),
        parent=_lines.c.customer_id,
        parents=customer_ids,
    )


async def entry_page(
    connection: AsyncConnection, actor: Actor, asked: EntryList
) -> Page[records.LedgerEntry]:
    """One page of the visible entries that pass the filter, in the order of booking."""
    return await page_of(
        connection,
        records.LedgerEntry,
        _entries(actor, asked.filter),
        order=_ORDER,
        part=asked.part,
        bound_to=asked.filter,
    )


async def entry_count(connection: AsyncConnection, actor: Actor, wanted: EntryFilter) -> int:
    """How many visible entries pass the filter."""
    return await count_of(connection, _entries(actor, wanted))


async def ledger_totals(
    connection: AsyncConnection, actor: Actor, wanted: EntryFilter
) -> list[records.LedgerTotal]:
    """By account and currency, the sums of the visible entries that pass the filter."""
    return await fetch(connection, records.LedgerTotal, _totals(actor, wanted))


@remembered
def _statements(actor: Actor, wanted: StatementFilter) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read the ledger")
    columns = (_lines.c[name] for name in records.StatementLine.__slots__)
    statement = select(*columns).where(within_scope(actor, _lines.c.customer_id))
    return statement.where(*_between(_lines.c.at, wanted.booked_from, wanted.booked_to))


@remembered
def _entries(actor: Actor, wanted: EntryFilter) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read the ledger")
    return select_record(records.LedgerEntry, _entry).where(*_matching(actor, wanted))


@remembered
def _totals(actor: Actor, wanted: EntryFilter) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read the ledger")
    amount = _entry.amount_minor
    key = (_entry.account, _entry.currency)
    debit, credit = _sum(amount, amount > 0), _sum(-amount, amount < 0)
    matching = select(*key, debit, credit).where(*_matching(actor, wanted))
    return matching.group_by(*key).order_by(*key)


def _sum(amount: Any, which: ColumnElement[bool]) -> Any:
    return cast(func.coalesce(func.sum(amount).filter(which), 0), BigInteger)


def _matching(actor: Actor, wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions = [
        visible_entries(actor),
        *_between(_entry.at, wanted.booked_from, wanted.booked_to),
    ]
    if wanted.account is not None:
        conditions.append(_entry.account == wanted.account)
    if wanted.customer_id is not None:
        conditions.append(_entry.customer_id == wanted.customer_id)
    return conditions


def _between(at: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    starts = [] if start is None else [at >= start]
    return starts if end is None else [*starts, at < end]
