"""A session's row and what accounting says of it, translated both ways, with its events."""

from datetime import datetime

from domain.kernel.unit_of_work import UnitOfWork
from domain.radius.accounting import Progress, Standing
from domain.radius.commands import AccountingRecord
from domain.radius.events import SessionStarted, SessionStopped
from domain.radius.models import RadiusSession, SessionState

_DESCRIPTIONS = ("framed_ip_address", "calling_station_id", "called_station_id")


def opened(customer_id: int, record: AccountingRecord, *, at: datetime) -> RadiusSession:
    """A new row with the record's identity, not yet with its progress."""
    return RadiusSession(
        customer_id=customer_id,
        acct_unique_session_id=record.acct_unique_session_id,
        acct_session_id=record.acct_session_id,
        username=record.username.lower(),
        nas_ip_address=record.nas_ip_address,
        created_at=at,
    )


def progress(row: RadiusSession) -> Progress:
    """What the row knows of its session; the end only if a Stop told it."""
    stopped = row.state is SessionState.STOPPED
    return Progress(
        started_at=row.started_at,
        last_update_at=row.last_update_at,
        session_time_seconds=row.session_time_seconds,
        input_octets=row.input_octets,
        output_octets=row.output_octets,
        ended_at=row.stopped_at if stopped else None,
        terminate_cause=row.terminate_cause if stopped else None,
    )


def describe(row: RadiusSession, record: AccountingRecord, *, is_newest: bool) -> None:
    """Take over addresses and stations: the newest record's, or what was not known yet."""
    for name in _DESCRIPTIONS:
        told = getattr(record, name)
        if told is not None and (is_newest or getattr(row, name) is None):
            setattr(row, name, told)


def move(row: RadiusSession, to: Progress, stands: Standing, *, at: datetime) -> None:
    """Bring the row to the progress and standing."""
    row.started_at = to.started_at
    row.last_update_at = to.last_update_at
    row.session_time_seconds = to.session_time_seconds
    row.input_octets = to.input_octets
    row.output_octets = to.output_octets
    row.state = stands.state
    row.stopped_at = stands.stopped_at
    row.terminate_cause = stands.terminate_cause
    row.updated_at = at


async def announce_move(
    session: UnitOfWork, row: RadiusSession, reseller_id: int | None, *, was_open: bool | None
) -> None:
    """Announce that the session came online or ended; ``was_open`` is None for a new one."""
    is_open = row.stopped_at is None
    if is_open and not was_open:
        await session.announce(_started(row, reseller_id))
    elif not is_open and was_open is not False:
        await session.announce(_stopped(row, reseller_id))


def _started(row: RadiusSession, reseller_id: int | None) -> SessionStarted:
    return SessionStarted(
        customer_id=row.customer_id,
        reseller_id=reseller_id,
        session_id=row.id,
        nas_ip_address=str(row.nas_ip_address),
        started_at=row.started_at,
    )


def _stopped(row: RadiusSession, reseller_id: int | None) -> SessionStopped:
    return SessionStopped(
        customer_id=row.customer_id,
        reseller_id=reseller_id,
        session_id=row.id,
        nas_ip_address=str(row.nas_ip_address),
        state=row.state,
        terminate_cause=row.terminate_cause,
        started_at=row.started_at,
        stopped_at=row.stopped_at or row.last_update_at,
        session_time_seconds=row.session_time_seconds,
        uploaded_octets=row.input_octets,
        downloaded_octets=row.output_octets,
    )
