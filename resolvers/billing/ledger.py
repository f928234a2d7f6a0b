"""Fields that return the ledger's entries and their sums."""

from domain.billing import ledger_queries, ledger_records
from domain.billing.ledger_queries import EntryFilter, EntryList
from resolvers.connections import Listing
from resolvers.info import Info


async def entry_list(info: Info, asked: EntryList) -> Listing[ledger_records.LedgerEntry]:
    """Query.ledgerEntries: a page of all visible entries that pass the filter."""
    async with info.context.reading() as connection:
        page = await ledger_queries.entry_page(connection, info.actor, asked)
    return Listing(page, lambda: entry_count(info, asked.filter))


async def entry_count(info: Info, wanted: EntryFilter) -> int:
    """How many visible entries pass the filter."""
    async with info.context.reading() as connection:
        return await ledger_queries.entry_count(connection, info.actor, wanted)


async def totals(info: Info, wanted: EntryFilter) -> list[ledger_records.LedgerTotal]:
    """Query.ledgerTotals: the sums of what is visible and passes the filter."""
    async with info.context.reading() as connection:
        return await ledger_queries.ledger_totals(connection, info.actor, wanted)
