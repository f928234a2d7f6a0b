"""Fields that return commission entries, their sums and statements."""

from collections.abc import Awaitable

from domain.customer import records as customer_records
from domain.kernel.paging import Slice
from domain.reseller import records
from domain.reseller.commission_queries import CommissionFilter, CommissionList
from domain.reseller.models import CommissionKind, CommissionState
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, entry_id: int) -> Awaitable[records.CommissionEntry | None]:
    """The visible commission entry with this id."""
    return info.loaders.commission_by_id.load(entry_id)


def settlement_by_id(
    info: Info, settlement_id: int
) -> Awaitable[records.CommissionSettlement | None]:
    """The visible statement with this id."""
    return info.loaders.settlement_by_id.load(settlement_id)


def entry_settlement(
    root: records.CommissionEntry, info: Info
) -> Awaitable[records.CommissionSettlement | None] | None:
    """CommissionEntry.settlement: null until it is settled."""
    if root.settlement_id is None:
        return None
    return info.loaders.settlement_by_id.load(root.settlement_id)


def customer_commissions(
    root: customer_records.Customer,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    state: CommissionState | None = None,
    kind: CommissionKind | None = None,
    period: str | None = None,
) -> Awaitable[Listing[records.CommissionEntry]]:
    """Customer.commissions: newest first."""
    part = Slice.of(first, after, last, before)
    asked = CommissionList(part, CommissionFilter(state, kind, period))
    return info.loaders.commission_pages_by_customer.load((root.id, asked))


def reseller_commissions(
    root: records.Reseller,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    state: CommissionState | None = None,
    kind: CommissionKind | None = None,
    period: str | None = None,
) -> Awaitable[Listing[records.CommissionEntry]]:
    """Reseller.commissions: its own, not its sub-resellers', newest first."""
    part = Slice.of(first, after, last, before)
    asked = CommissionList(part, CommissionFilter(state, kind, period))
    return info.loaders.commission_pages_by_reseller.load((root.id, asked))


def settlement_entries(
    root: records.CommissionSettlement,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.CommissionEntry]]:
    """CommissionSettlement.entries: newest first."""
    asked = CommissionList(Slice.of(first, after, last, before))
    return info.loaders.commission_pages_by_settlement.load((root.id, asked))


def reseller_totals(root: records.Reseller, info: Info) -> Awaitable[list[records.CommissionTotal]]:
    """Reseller.commissionTotals: by currency and state."""
    return info.loaders.commission_totals_by_reseller.load(root.id)


def reseller_settlements(
    root: records.Reseller,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.CommissionSettlement]]:
    """Reseller.settlements: newest first."""
    part = Slice.of(first, after, last, before)
    return info.loaders.settlement_pages_by_reseller.load((root.id, part))
