"""Accounting without order: what the records of one session say together (RFC 2866)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.radius.commands import AccountingRecord
from domain.radius.models import AcctStatusType, SessionState

#: How a session ends that its NAS forgot (RFC 2866 §5.10, value 11).
NAS_REBOOT = "NAS-Reboot"


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What is known of a session from any set of its records.

    Totals are octets since the start. ``ended_at`` and ``terminate_cause`` come from a Stop.
    """

    started_at: datetime
    last_update_at: datetime
    session_time_seconds: int
    input_octets: int
    output_octets: int
    ended_at: datetime | None = None
    terminate_cause: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the session stands; ``stopped_at`` is None exactly while it is open."""

    state: SessionState
    stopped_at: datetime | None = None
    terminate_cause: str | None = None


def reported(record: AccountingRecord, event_at: datetime) -> Progress:
    """What one record says by itself: the session began ``session_time_seconds`` before it."""
    is_stop = record.status_type is AcctStatusType.STOP
    return Progress(
        started_at=event_at - timedelta(seconds=record.session_time_seconds),
        last_update_at=event_at,
        session_time_seconds=record.session_time_seconds,
        input_octets=record.uploaded_octets,
        output_octets=record.downloaded_octets,
        ended_at=event_at if is_stop else None,
        terminate_cause=record.terminate_cause if is_stop else None,
    )


def merged(one: Progress, other: Progress) -> Progress:
    """
    What two say together: totals only rise, the first Stop ends the session.

    Commutative, associative and idempotent, so order and repetition of records do not matter.
    """
    ended_at, cause = min(_end(one), _end(other))
    return Progress(
        started_at=min(one.started_at, other.started_at),
        last_update_at=max(one.last_update_at, other.last_update_at),
        session_time_seconds=max(one.session_time_seconds, other.session_time_seconds),
        input_octets=max(one.input_octets, other.input_octets),
        output_octets=max(one.output_octets, other.output_octets),
        ended_at=None if ended_at == _NEVER else ended_at,
        terminate_cause=cause or None,
    )


def standing(
    progress: Progress, *, booted_at: datetime | None, disconnect_requested: bool
) -> Standing:
    """
    Where a session stands, given when its NAS last said that it holds no session.

    A forgotten session ended at its last update: the last proof that it was alive. A record of
    later than the boot shows that it lives on.
    """
    if progress.ended_at is not None:
        return Standing(SessionState.STOPPED, progress.ended_at, progress.terminate_cause)
    if booted_at is not None and progress.last_update_at <= booted_at:
        return Standing(SessionState.CLOSED_NAS_REBOOT, progress.last_update_at, NAS_REBOOT)
    if disconnect_requested:
        return Standing(SessionState.DISCONNECT_REQUESTED)
    return Standing(SessionState.ACTIVE)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _end(progress: Progress) -> tuple[datetime, str]:
    if progress.ended_at is None:
        return _NEVER, ""
    return progress.ended_at, progress.terminate_cause or ""
