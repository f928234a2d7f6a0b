"""Root fields of the audit log."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.audit_queries import AuditFilter as DomainFilter
from domain.kernel.audit_queries import AuditRecord
from domain.kernel.paging import Slice
from graph.audit.types import AuditEntry, AuditFilter
from graph.connections import Connection
from graph.context import Info
from resolvers.audit import entries
from resolvers.connections import Listing


def entry_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: AuditFilter | None = None,
) -> Awaitable[Listing[AuditRecord]]:
    """Query.auditEntries"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = DomainFilter() if filter is None else filter.to_domain()
    return entries.entry_list(info, wanted, part)


@strawberry.type
class AuditQueries:
    audit_entries: Connection[AuditEntry] | None = strawberry.field(
        resolver=entry_list,
        description="Who read or changed what of whom, newest first; `first` or `last` is "
        "required, and reading it is an entry too",
    )
