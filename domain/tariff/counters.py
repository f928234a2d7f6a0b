"""Rows of usage: records kept once by their key, one counter a customer and month."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from domain.customer.models import Customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.models import FupState, UsageSource
from domain.tariff.periods import UsageMonth, local_day
from domain.tariff.usage_models import UsageCounter, UsageDay, UsageRecord


@dataclass(frozen=True, kw_only=True)
class UsageReport:
    """A usage record before it is stored. Names are the model's."""

    customer_id: int
    period_start: date
    downloaded_octets: int
    uploaded_octets: int
    recorded_at: datetime
    source: UsageSource
    dedupe_key: str
    late_for: date | None = None
    is_free: bool = False

    @property
    def free_octets(self) -> int:
        """What of it does not count."""
        return self.downloaded_octets + self.uploaded_octets if self.is_free else 0


async def store(session: UnitOfWork, report: UsageReport) -> Row[int, int, date] | None:
    """None if the record is stored; else the octets and month that its key stands for already."""
    stored = await session.scalar(
        insert(UsageRecord)
        .values(**asdict(report), created_at=session.now)
        .on_conflict_do_nothing(index_elements=["customer_id", "dedupe_key"])
        .returning(UsageRecord.id)
    )
    if stored is not None:
        return None
    known = select(
        UsageRecord.downloaded_octets, UsageRecord.uploaded_octets, UsageRecord.period_start
    ).where(
        UsageRecord.customer_id == report.customer_id, UsageRecord.dedupe_key == report.dedupe_key
    )
    return (await session.execute(known)).one()


async def add_to_day(session: UnitOfWork, customer: Customer, report: UsageReport) -> None:
    """Count the report in the sum of its day, in the customer's time zone."""
    added = insert(UsageDay).values(
        customer_id=customer.id,
        day=local_day(report.recorded_at, customer.time_zone),
        downloaded_octets=report.downloaded_octets,
        uploaded_octets=report.uploaded_octets,
        free_octets=report.free_octets,
    )
    names = ("downloaded_octets", "uploaded_octets", "free_octets")
    sums = {name: getattr(UsageDay, name) + added.excluded[name] for name in names}
    await session.execute(
        added.on_conflict_do_update(index_elements=["customer_id", "day"], set_=sums)
    )


async def counter_of(
    session: UnitOfWork, customer_id: int, period_start: date
) -> UsageCounter | None:
    """The customer's counter of the month, locked; None before the first record."""
    return await session.locked(
        UsageCounter,
        UsageCounter.customer_id == customer_id,
        UsageCounter.period_start == period_start,
    )


async def opened_counter(
    session: UnitOfWork, customer: Customer, month: UsageMonth
) -> UsageCounter:
    """
    The customer's counter of the month, locked; a new one at 0. The customer is locked already.

    A new counter of the present month takes over the state last announced, so that leaving it
    is announced.
    """
    counter = await counter_of(session, customer.id, month.first_day)
    if counter is not None:
        return counter
    counter = UsageCounter(
        customer_id=customer.id,
        period_start=month.first_day,
        ends_at=month.ends_at,
        closed_at=None,
        downloaded_octets=0,
        uploaded_octets=0,
        free_octets=0,
        draws={},
        fup_state=await _announced_before(session, customer, month),
        notified_percent=0,
        updated_at=session.now,
    )
    session.add(counter)
    return counter


async def _announced_before(session: UnitOfWork, customer: Customer, month: UsageMonth) -> FupState:
    if month != UsageMonth.of(session.now, customer.time_zone):
        return FupState.NORMAL
    latest = (
        select(UsageCounter.fup_state)
        .where(UsageCounter.customer_id == customer.id)
        .order_by(UsageCounter.period_start.desc())
        .limit(1)
    )
    return await session.scalar(latest) or FupState.NORMAL
