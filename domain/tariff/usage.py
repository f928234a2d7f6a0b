"""Usage: records come in, monthly sums follow (guide: Usage Tracking)."""

from datetime import datetime, timedelta

from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.counters import UsageReport, opened_counter, store
from domain.tariff.enforcement import assess
from domain.tariff.errors import DedupeKeyReused
from domain.tariff.events import UsageRecorded
from domain.tariff.models import UsageCounter, UsageSource
from domain.tariff.periods import UsageMonth

_LARGEST = 2**63 - 1
_FIELDS = {"downloaded_octets": "downloadedOctets", "uploaded_octets": "uploadedOctets"}
#: How far a reporter's clock may run ahead of ours.
_CLOCK_SKEW = timedelta(minutes=5)


class UsageService:
    """
    The counting of usage. A counter is the sum of its records, in whatever order they come.

    The plan that counts for a month is the one in force now, or at the end of a month gone.
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
        Add octets moved to the counter of the UTC month of ``recorded_at``; late ones to theirs.

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
        report = UsageReport(
            customer_id=customer_id,
            period_start=_month(recorded_at, session.now).first_day,
            downloaded_octets=_octets(downloaded_octets, "downloadedOctets", source),
            uploaded_octets=_octets(uploaded_octets, "uploadedOctets", source),
            recorded_at=recorded_at,
            source=source,
            dedupe_key=values.text(dedupe_key, "dedupeKey", longest=200),
        )
        known = await store(session, report)
        if known is None:
            return await self._count(session, customer, report)
        if known[:2] != (report.downloaded_octets, report.uploaded_octets):
            raise DedupeKeyReused(report.dedupe_key)
        return await opened_counter(session, customer_id, known.period_start)

    async def _count(
        self, session: UnitOfWork, customer: Customer, report: UsageReport
    ) -> UsageCounter:
        counter = await opened_counter(session, customer.id, report.period_start)
        for name, field in _FIELDS.items():
            total = getattr(counter, name) + getattr(report, name)
            if not 0 <= total <= _LARGEST:
                raise Invalid(field, "would take the month's sum out of range")
            setattr(counter, name, total)
        counter.updated_at = session.now
        await session.announce(
            UsageRecorded(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                period_start=counter.period_start,
                downloaded_octets=counter.downloaded_octets,
                uploaded_octets=counter.uploaded_octets,
            )
        )
        await assess(session, customer, counter)
        return counter


def _month(recorded_at: datetime, now: datetime) -> UsageMonth:
    if recorded_at.tzinfo is None:
        raise Invalid("recordedAt", "must have an offset from UTC")
    if recorded_at > now + _CLOCK_SKEW:
        raise Invalid("recordedAt", "must not be in the future")
    return UsageMonth.of(min(recorded_at, now))


def _octets(value: int, field: str, source: UsageSource) -> int:
    smallest = -_LARGEST if source is UsageSource.ADJUSTMENT else 0
    if not smallest <= value <= _LARGEST:
        raise Invalid(field, f"must be {smallest} to {_LARGEST} for {source}")
    return value
