"""Usage: what customers moved each month, in records and their sums, judged for fair use."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from domain.demo.assignments import in_force
from domain.demo.catalogue import Plans
from domain.demo.clock import HISTORY, Clock, dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.people import Interval, Person
from domain.demo.sessions import Stay
from domain.kernel.events import Event
from domain.radius.models import RadiusSession
from domain.tariff import fup
from domain.tariff.events import FupChanged, ThresholdReached
from domain.tariff.models import FupState, UsageSource
from domain.tariff.periods import UsageMonth
from domain.tariff.records import PlanAssignment, TariffPlan
from domain.tariff.usage_models import UsageCounter, UsageDay, UsageRecord

_GB = 1_000_000_000
#: Percent of the allowance used this month, by each plan's customers in turn.
_PERCENT = (86, 34, 103, 61, 12, 95, 47, 128, 55, 72)
#: Percent in months gone: fair use was seldom of interest then.
_PERCENT_BEFORE = (25, 78)
#: GB a month on plans without an allowance.
_UNMETERED = (40, 900)
_UPLOADED = (0.06, 0.18)
_REPORTER = "service:radius"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """A usage month with what is asked of it for each customer; ``latest`` is its last instant."""

    first_day: date
    starts_at: datetime
    ends_at: datetime
    latest: datetime
    is_present: bool

    def has(self, instant: datetime) -> bool:
        return self.starts_at <= instant < self.ends_at

    def overlaps(self, time: Interval) -> bool:
        return time.start <= self.latest and (time.end is None or time.end > self.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """A usage record to be."""

    downloaded_octets: int
    uploaded_octets: int
    recorded_at: datetime
    source: UsageSource
    dedupe_key: str

    @property
    def octets(self) -> int:
        return self.downloaded_octets + self.uploaded_octets


class UsageRows:
    """Adds usage records and counters, and gives the stays their part of the octets."""

    def __init__(self, loader: Loader, log: EventLog, clock: Clock, plans: Plans) -> None:
        self._loader = loader
        self._log = log
        self._clock = clock
        self._plans = {plan.id: plan for plan in plans.values()}
        self._turns: Counter[int] = Counter()
        self._months = tuple(_months(clock))

    def percent(self, assignments: tuple[PlanAssignment, ...]) -> int | None:
        """How much of the allowance this customer is to have used this month, if there is one."""
        plan = self._plan_at(assignments, self._clock.live)
        if plan is None or plan.allowance_octets is None:
            return None
        self._turns[plan.id] += 1
        return _PERCENT[(self._turns[plan.id] - 1) % len(_PERCENT)]

    def is_blocked(self, assignments: tuple[PlanAssignment, ...], percent: int | None) -> bool:
        """Whether such usage ends service until the next month."""
        plan = self._plan_at(assignments, self._clock.live)
        if plan is None or plan.allowance_octets is None or percent is None:
            return False
        return _judged(plan, plan.allowance_octets * percent // 100).state is FupState.BLOCKED

    def add(
        self,
        person: Person,
        assignments: tuple[PlanAssignment, ...],
        stays: list[Stay],
        percent: int | None,
    ) -> None:
        """A year of usage; the latest of it is what the stays moved."""
        chance = dice("usage", person.number)
        times = person.service_times
        for stay in stays:
            stay.id = self._loader.new_id(RadiusSession)
        for month in self._months:
            if not any(month.overlaps(time) for time in times):
                continue
            plan = self._plan_at(assignments, month.latest)
            octets = _octets(plan, percent if month.is_present else None, chance)
            moved = [stay for stay in stays if month.has(stay.last_update_at)]
            _share(octets, month, moved, chance)
            reports = [_report_of(stay) for stay in moved]
            rest = octets - sum(report.octets for report in reports)
            if rest > 0:
                reports.append(_imported(month, rest, chance))
            self._add_month(person, month, plan, reports)

    def _plan_at(self, assignments: tuple[PlanAssignment, ...], at: datetime) -> TariffPlan | None:
        assignment = in_force(assignments, at)
        return self._plans[assignment.tariff_plan_id] if assignment else None

    def _add_month(
        self, person: Person, month: _Month, plan: TariffPlan | None, reports: list[_Report]
    ) -> None:
        for report in reports:
            self._loader.add(
                UsageRecord,
                id=self._loader.new_id(UsageRecord),
                customer_id=person.id,
                period_start=month.first_day,
                downloaded_octets=report.downloaded_octets,
                uploaded_octets=report.uploaded_octets,
                recorded_at=report.recorded_at,
                source=report.source,
                dedupe_key=report.dedupe_key,
                created_at=report.recorded_at,
            )
        for day, of_day in _by_day(reports).items():
            self._loader.add(
                UsageDay,
                customer_id=person.id,
                day=day,
                downloaded_octets=sum(report.downloaded_octets for report in of_day),
                uploaded_octets=sum(report.uploaded_octets for report in of_day),
                free_octets=0,
            )
        used = sum(report.octets for report in reports)
        verdict = _judged(plan, used)
        counted_at = max(report.recorded_at for report in reports)
        self._loader.add(
            UsageCounter,
            customer_id=person.id,
            period_start=month.first_day,
            downloaded_octets=sum(report.downloaded_octets for report in reports),
            uploaded_octets=sum(report.uploaded_octets for report in reports),
            ends_at=month.ends_at,
            fup_state=verdict.state,
            notified_percent=max(verdict.thresholds, default=0),
            updated_at=counted_at,
        )
        if plan is not None and month.is_present:
            self._tell(person, plan, used, counted_at)

    def _tell(self, person: Person, plan: TariffPlan, used: int, at: datetime) -> None:
        verdict = _judged(plan, used)
        period_start = UsageMonth.of(at).first_day
        events: list[Event] = [
            ThresholdReached(
                customer_id=person.id,
                reseller_id=person.reseller_id,
                period_start=period_start,
                threshold_percent=threshold,
                used_octets=used,
                allowance_octets=plan.allowance_octets or 0,
            )
            for threshold in verdict.thresholds
        ]
        if verdict.state is not FupState.NORMAL:
            events.append(
                FupChanged(
                    customer_id=person.id,
                    reseller_id=person.reseller_id,
                    period_start=period_start,
                    from_state=FupState.NORMAL,
                    to_state=verdict.state,
                )
            )
        if events:
            self._log.tell(at, _REPORTER, *events)


def _by_day(reports: list[_Report]) -> dict[date, list[_Report]]:
    days: defaultdict[date, list[_Report]] = defaultdict(list)
    for report in reports:
        days[report.recorded_at.date()].append(report)
    return days


def _months(clock: Clock) -> Iterator[_Month]:
    """The months of the last year, this one included."""
    month = UsageMonth.of(clock.live - HISTORY)
    while month.starts_at <= clock.live:
        yield _Month(
            first_day=month.first_day,
            starts_at=month.starts_at,
            ends_at=month.ends_at,
            latest=month.latest(clock.live),
            is_present=month.ends_at > clock.live,
        )
        month = UsageMonth.of(month.ends_at)


def _octets(plan: TariffPlan | None, percent: int | None, chance: Random) -> int:
    """What was moved in a month: so much of the allowance, or anything without one."""
    if plan is None or plan.allowance_octets is None:
        return chance.randint(*_UNMETERED) * _GB + chance.randrange(_GB)
    percent = chance.randint(*_PERCENT_BEFORE) if percent is None else percent
    return plan.allowance_octets * percent // 100 + chance.randrange(plan.allowance_octets // 200)


def _share(octets: int, month: _Month, stays: list[Stay], chance: Random) -> None:
    """Give the stays their part of the month's octets, by their length; this month's are all."""
    seconds = sum(stay.seconds for stay in stays)
    whole = seconds if month.is_present else (month.ends_at - month.starts_at).total_seconds()
    for number, stay in enumerate(stays, start=1):
        part = int(octets * stay.seconds / max(whole, seconds))
        if month.is_present and number == len(stays):
            part = octets - sum(other.octets for other in stays[:-1])
        stay.uploaded_octets = int(part * chance.uniform(*_UPLOADED))
        stay.downloaded_octets = part - stay.uploaded_octets


def _report_of(stay: Stay) -> _Report:
    return _Report(
        downloaded_octets=stay.downloaded_octets,
        uploaded_octets=stay.uploaded_octets,
        recorded_at=stay.last_update_at,
        source=UsageSource.RADIUS,
        dedupe_key=f"radius:{stay.id}:{stay.uploaded_octets}:{stay.downloaded_octets}",
    )


def _imported(month: _Month, octets: int, chance: Random) -> _Report:
    uploaded = int(octets * chance.uniform(*_UPLOADED))
    return _Report(
        downloaded_octets=octets - uploaded,
        uploaded_octets=uploaded,
        recorded_at=month.latest,
        source=UsageSource.IMPORT,
        dedupe_key=f"import:{month.first_day:%Y-%m}",
    )


def _judged(plan: TariffPlan | None, used_octets: int) -> fup.Verdict:
    return fup.evaluate(
        used_octets=used_octets,
        allowance_octets=None if plan is None else plan.allowance_octets,
        action=None if plan is None else plan.fup_action,
    )
