"""Usage: records come in, monthly sums follow (guide: Usage Tracking)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.assignments import plans_in_force
from domain.tariff.counters import UsageReport, add_to_day, counter_of, opened_counter, store
from domain.tariff.enforcement import assess
from domain.tariff.errors import DedupeKeyReused
from domain.tariff.events import UsageRecorded
from domain.tariff.models import TariffPlan, UsageSource
from domain.tariff.periods import UsageMonth
from domain.tariff.usage_models import UsageCounter
from domain.tariff.windows import is_free, windows_of

_LARGEST = 2**63 - 1
_FIELDS = {"downloaded_octets": "downloadedOctets", "uploaded_octets": "uploadedOctets"}
#: How far a reporter's clock may run ahead of ours.
_CLOCK_SKEW = timedelta(minutes=5)


class UsageService:
    """
    The counting of usage. A counter is the sum of its records, in whatever order they come.

    Months and days are those of the customer's time zone. The plan that counts for a month is the
    one in force now, or at the end of a month gone.
    """

    async def record_usage(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        downloaded_octets: int,
        uploaded_octets: int,
        recorded_at: datetime,
        dedupe_key: str,
        source: UsageSource = UsageSource.RADIUS,
    ) -> UsageCounter:
        """
        Add octets moved to the counter of the month of ``recorded_at``; late ones to theirs.

        If that month is closed, as it was billed, they go into the present one. What was moved in
        a free window of the plan is told and does not count; an ADJUSTMENT always counts.
        The same key again changes and announces nothing. Otherwise announces
        ``tariff.usage.recorded``, and what follows: ``tariff.threshold.reached`` once a period
        and threshold, ``tariff.fup.changed`` for the present month.

        Raises:
            CustomerNotFound.
            Invalid: negative without being an ADJUSTMENT, past 64 bit, or in the future.
            DedupeKeyReused: the key came before with other octets.
        """
        require(session.actor, Permission.USAGE_WRITE, "record usage")
        customer = await CustomerService().locked(session, customer_id)
        at = _checked_instant(recorded_at, session.now)
        octets = {
            "downloaded_octets": _octets(downloaded_octets, "downloadedOctets", source),
            "uploaded_octets": _octets(uploaded_octets, "uploadedOctets", source),
        }
        key = values.text(dedupe_key, "dedupeKey", longest=200)
        counter, late_for = await _home(session, customer, at)
        then, latest = await _plans(session, customer, counter, at)
        report = UsageReport(
            customer_id=customer_id,
            period_start=counter.period_start,
            **octets,
            recorded_at=recorded_at,
            source=source,
            dedupe_key=key,
            late_for=late_for,
            is_free=source is not UsageSource.ADJUSTMENT and _is_free(then, customer, at),
        )
        known = await store(session, report)
        if known is None:
            return await self._count(session, customer, report, counter, latest)
        if known[:2] != (report.downloaded_octets, report.uploaded_octets):
            raise DedupeKeyReused(report.dedupe_key)
        return await counter_of(session, customer_id, known.period_start) or counter

    async def _count(
        self,
        session: UnitOfWork,
        customer: Customer,
        report: UsageReport,
        counter: UsageCounter,
        plan: TariffPlan | None,
    ) -> UsageCounter:
        for name, field in _FIELDS.items():
            total = getattr(counter, name) + getattr(report, name)
            if not 0 <= total <= _LARGEST:
                raise Invalid(field, "would take the month's sum out of range")
            setattr(counter, name, total)
        counter.free_octets += report.free_octets
        if counter.metered_octets < 0:
            raise Invalid("downloadedOctets", "would take more away than was counted")
        counter.updated_at = session.now
        await add_to_day(session, customer, report)
        await session.announce(
            UsageRecorded(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                period_start=counter.period_start,
                downloaded_octets=counter.downloaded_octets,
                uploaded_octets=counter.uploaded_octets,
            )
        )
        await assess(session, customer, counter, plan)
        return counter


async def _home(
    session: UnitOfWork, customer: Customer, at: datetime
) -> tuple[UsageCounter, date | None]:
    """The counter that usage of the instant goes to; the month it is late for, if that is over."""
    month = UsageMonth.of(at, customer.time_zone)
    counter = await opened_counter(session, customer, month)
    if counter.closed_at is None:
        return counter, None
    present = UsageMonth.of(session.now, customer.time_zone)
    return await opened_counter(session, customer, present), month.first_day


async def _plans(
    session: UnitOfWork, customer: Customer, counter: UsageCounter, at: datetime
) -> list[TariffPlan | None]:
    """The plan at the instant of use, and the one that counts for the counter's month."""
    month = UsageMonth(counter.period_start, customer.time_zone)
    return await plans_in_force(session, customer.id, at, month.latest(session.now))


def _is_free(plan: TariffPlan | None, customer: Customer, at: datetime) -> bool:
    if plan is None or not plan.free_windows:
        return False
    return is_free(windows_of(plan.free_windows), at.astimezone(ZoneInfo(customer.time_zone)))


def _checked_instant(recorded_at: datetime, now: datetime) -> datetime:
    if recorded_at.tzinfo is None:
        raise Invalid("recordedAt", "must have an offset from UTC")
    if recorded_at > now + _CLOCK_SKEW:
        raise Invalid("recordedAt", "must not be in the future")
    return min(recorded_at, now)


def _octets(value: int, field: str, source: UsageSource) -> int:
    smallest = -_LARGEST if source is UsageSource.ADJUSTMENT else 0
    if not smallest <= value <= _LARGEST:
        raise Invalid(field, f"must be {smallest} to {_LARGEST} for {source}")
    return value
