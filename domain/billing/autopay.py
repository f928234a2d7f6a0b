"""When a failed charge is tried again: pure, by the days after which a bank may say otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.billing.kinds import AttemptStatus

#: Days from each failure to the next attempt; after the last one it is up to dunning.
RETRY_AFTER_DAYS = (1, 3, 5, 7)
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt for an invoice with the method that autopay uses now."""

    status: AttemptStatus
    may_retry: bool
    at: datetime


def next_try(tried: Sequence[Tried]) -> datetime | None:
    """
    When the invoice may be charged again: at once if it never was; None for not at all.

    ``tried`` is in the order of the attempts. A failure for good ends them, as do one whose
    outcome is open, and the last of the schedule.
    """
    if not tried:
        return _AT_ONCE
    last = tried[-1]
    is_over = last.status is not AttemptStatus.FAILED or not last.may_retry
    if is_over or len(tried) > len(RETRY_AFTER_DAYS):
        return None
    return last.at + timedelta(days=RETRY_AFTER_DAYS[len(tried) - 1])
