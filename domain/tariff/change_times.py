"""When a change of plan comes. Pure."""

from datetime import date, datetime, timedelta

from domain.kernel.errors import Invalid
from domain.tariff.commands import PlanChangeTime
from domain.tariff.models import PlanAssignment
from domain.tariff.periods import local_midnight, next_cycle_start
from domain.tariff.records import PlanAssignment as AssignmentRecord

_FARTHEST_AHEAD = timedelta(days=366)


def start_of_change(
    when: PlanChangeTime,
    *,
    on: date | None,
    time_zone: str,
    present: PlanAssignment | AssignmentRecord,
    now: datetime,
) -> datetime:
    """
    The instant from which the next plan holds.

    Raises:
        Invalid: ``on`` is missing with ON_DATE or there without, not ahead, or too far.
    """
    if (when is PlanChangeTime.ON_DATE) == (on is None):
        raise Invalid("on", "is required with ON_DATE, and only then")
    if on is not None:
        starts_at = local_midnight(on, time_zone)
        if not now < starts_at <= now + _FARTHEST_AHEAD:
            raise Invalid("on", "must be ahead, by a year at most")
        return starts_at
    if when is PlanChangeTime.NOW:
        return now
    return next_cycle_start(present.started_at, present.billing_cycle, after=now)
