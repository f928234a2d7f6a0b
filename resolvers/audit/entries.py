"""Fields that return entries of the audit log."""

from domain.kernel import audit_queries
from domain.kernel.audit_queries import AuditFilter, AuditRecord
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info


async def entry_list(info: Info, wanted: AuditFilter, part: Slice) -> Listing[AuditRecord]:
    """Query.auditEntries: newest first."""
    async with info.context.reading() as connection:
        page = await audit_queries.audit_page(connection, info.actor, wanted, part)
    return Listing(page, lambda: entry_count(info, wanted))


async def entry_count(info: Info, wanted: AuditFilter) -> int:
    """How many entries pass the filter."""
    async with info.context.reading() as connection:
        return await audit_queries.audit_count(connection, info.actor, wanted)
