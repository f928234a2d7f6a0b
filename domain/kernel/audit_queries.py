"""Reads of the audit log, which are told to it themselves; and the end of its oldest part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor, Permission, require
from domain.kernel.audit import AuditAction, AuditEntry, AuditKind
from domain.kernel.database import Database
from domain.kernel.ids import first_uuid7
from domain.kernel.paging import Ordering, Page, Slice, count_of, page_of
from domain.kernel.records import select_record

_PRUNED_AT_ONCE = 5_000
_PRUNE = text("select kernel.prune_audit(:first_kept, :at_most)")


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One entry, as ``AuditEntry`` tells it."""

    __customer_key__: ClassVar[str] = "customer_ids"

    id: UUID
    at: datetime
    kind: AuditKind
    action: AuditAction
    actor: str
    actor_role: str
    reseller_id: int | None
    operation: str | None
    request_id: str | None
    client: str | None
    entity_type: str
    entity_id: str | None
    customer_ids: list[int]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    transaction_id: UUID | None
    causation_id: UUID | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """All that are given must hold. ``since`` belongs to the range of time, ``until`` does not."""

    customer_id: int | None = None
    actor: str | None = None
    kind: AuditKind | None = None
    entity_type: str | None = None
    operation: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def audit_page(
    connection: AsyncConnection, actor: Actor, wanted: AuditFilter, part: Slice
) -> Page[AuditRecord]:
    """A page of the entries that pass the filter, newest first. Raises ``AccessDenied``."""
    return await page_of(
        connection,
        AuditRecord,
        _matching(actor, wanted),
        order=Ordering("newest", (AuditEntry.id,), descending=True),
        part=part,
        bound_to=wanted,
    )


async def audit_count(connection: AsyncConnection, actor: Actor, wanted: AuditFilter) -> int:
    """How many entries pass the filter. Raises ``AccessDenied``."""
    return await count_of(connection, _matching(actor, wanted))


async def prune_audit(database: Database, older_than: datetime) -> int:
    """Remove the entries that are older; how many they were. The one way that any is removed."""
    asked = {"first_kept": first_uuid7(older_than), "at_most": _PRUNED_AT_ONCE}
    pruned, removed = 0, _PRUNED_AT_ONCE
    while removed == _PRUNED_AT_ONCE:
        async with database.engine.begin() as connection:
            removed = int(await connection.scalar(_PRUNE, asked) or 0)
        pruned += removed
    return pruned


def _matching(actor: Actor, wanted: AuditFilter) -> Select[Any]:
    require(actor, Permission.AUDIT_READ, "read the audit log")
    statement = select_record(AuditRecord, AuditEntry)
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.kind, wanted.kind),
        (AuditEntry.entity_type, wanted.entity_type),
        (AuditEntry.operation, wanted.operation),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.customer_id is not None:
        statement = statement.where(AuditEntry.customer_ids.contains([wanted.customer_id]))
    if wanted.since is not None:
        statement = statement.where(AuditEntry.id >= first_uuid7(wanted.since))
    if wanted.until is not None:
        statement = statement.where(AuditEntry.id < first_uuid7(wanted.until))
    return statement
