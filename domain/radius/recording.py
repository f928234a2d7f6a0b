"""Accounting records kept: the session's row, the usage it adds, the events, in one transaction."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.customer.models import Customer
from domain.kernel.access import Permission
from domain.kernel.unit_of_work import UnitOfWork
from domain.radius import nas_boots, session_rows
from domain.radius.accounting import Progress, merged, reported, standing
from domain.radius.commands import AccountingRecord
from domain.radius.credentials import holder_of
from domain.radius.models import RadiusSession, UnclaimedAccounting
from domain.radius.policy import served_customers
from domain.tariff.models import UsageSource
from domain.tariff.usage import UsageService

#: A record older than this comes from a clock that is wrong.
_OLDEST = timedelta(days=31)


class AccountingOutcome(StrEnum):
    """
    What became of a record. All three are final: the NAS need not send it again.

    UNCHANGED told nothing new (a repetition, or late); UNCLAIMED names no customer's username
    and is kept for a person.
    """

    RECORDED = "RECORDED"
    UNCHANGED = "UNCHANGED"
    UNCLAIMED = "UNCLAIMED"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome, the session if one is known, and how many sessions a reboot closed."""

    outcome: AccountingOutcome
    session: RadiusSession | None = None
    closed_sessions: int = 0


async def recorded(session: UnitOfWork, record: AccountingRecord) -> Recorded:
    """Keep the record. Raises ``Invalid`` at a record that no retry can mend."""
    record = record.checked()
    event_at = _event_at(record.event_at, session.now)
    if record.is_of_nas:
        return await _rebooted(session, record, event_at)
    await nas_boots.lock_shared(session, record.nas_ip_address)
    customer = await _owner(session, record)
    if customer is None:
        return await _unclaimed(session, record, event_at)
    return await _session_recorded(session, customer, record, event_at)


def _event_at(told: datetime | None, now: datetime) -> datetime:
    """The NAS's time, unless its clock is wrong."""
    if told is None or told > now or told < now - _OLDEST:
        return now
    return told


async def _rebooted(session: UnitOfWork, record: AccountingRecord, event_at: datetime) -> Recorded:
    closed = await nas_boots.rebooted(session, record.nas_ip_address, event_at)
    outcome = AccountingOutcome.RECORDED if closed is not None else AccountingOutcome.UNCHANGED
    return Recorded(outcome, closed_sessions=closed or 0)


async def _owner(session: UnitOfWork, record: AccountingRecord) -> Customer | None:
    """Whose session it is, locked: of a known session its customer, deleted since or not."""
    known = await session.scalar(
        select(RadiusSession.customer_id).where(
            RadiusSession.acct_unique_session_id == record.acct_unique_session_id
        )
    )
    if known is not None:
        return await session.locked(Customer, Customer.id == known)
    return await session.locked(
        Customer,
        Customer.id == holder_of(record.username.lower()),
        served_customers(session.actor),
    )


async def _unclaimed(session: UnitOfWork, record: AccountingRecord, event_at: datetime) -> Recorded:
    whole = {name: _plain(value) for name, value in asdict(record).items()}
    statement = insert(UnclaimedAccounting).values(
        received_at=session.now,
        username=record.username,
        nas_ip_address=record.nas_ip_address,
        acct_unique_session_id=record.acct_unique_session_id,
        status_type=record.status_type,
        session_time_seconds=record.session_time_seconds,
        input_octets=record.uploaded_octets,
        output_octets=record.downloaded_octets,
        event_at=event_at,
        record=whole,
    )
    await session.execute(
        statement.on_conflict_do_nothing(constraint="unclaimed_accounting_record_key")
    )
    return Recorded(AccountingOutcome.UNCLAIMED)


async def _session_recorded(
    session: UnitOfWork, customer: Customer, record: AccountingRecord, event_at: datetime
) -> Recorded:
    row = await session.locked(
        RadiusSession, RadiusSession.acct_unique_session_id == record.acct_unique_session_id
    )
    before = session_rows.progress(row) if row else None
    told = reported(record, event_at)
    after = merged(before, told) if before else told
    stands = standing(
        after,
        booted_at=await nas_boots.booted_at(session, record.nas_ip_address),
        disconnect_requested=bool(row and row.disconnect_requested_at),
    )
    if row is not None and after == before and stands.state is row.state:
        return Recorded(AccountingOutcome.UNCHANGED, row)
    was_open = row.stopped_at is None if row else None
    row = row or session_rows.opened(customer.id, record, at=session.now)
    session.add(row)
    session_rows.describe(row, record, is_newest=told.last_update_at == after.last_update_at)
    session_rows.move(row, after, stands, at=session.now)
    await session.flush()
    await _count_usage(session, customer, row, before)
    await session_rows.announce_move(session, row, customer.reseller_id, was_open=was_open)
    return Recorded(AccountingOutcome.RECORDED, row)


async def _count_usage(
    session: UnitOfWork, customer: Customer, row: RadiusSession, before: Progress | None
) -> None:
    """Hand what was moved since the record before to the tariff; a deleted customer has none."""
    uploaded = row.input_octets - (before.input_octets if before else 0)
    downloaded = row.output_octets - (before.output_octets if before else 0)
    if customer.deleted_at is not None or not (uploaded or downloaded):
        return
    with session.entailing(Permission.USAGE_WRITE, Permission.CUSTOMER_READ):
        await UsageService().record_usage(
            session,
            customer.id,
            downloaded_octets=downloaded,
            uploaded_octets=uploaded,
            recorded_at=row.last_update_at,
            dedupe_key=f"radius:{row.id}:{row.input_octets}:{row.output_octets}",
            source=UsageSource.RADIUS,
        )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
