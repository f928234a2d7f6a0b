"""Settling: all that a reseller earned up to an instant goes on one statement, once."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update

from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.events import CommissionSettled
from domain.reseller.models import CommissionEntry, CommissionSettlement, CommissionState
from domain.reseller.services import ResellerService


async def settle_commissions(
    session: UnitOfWork, reseller_id: int, until: datetime, *, currency: str | None = None
) -> CommissionSettlement:
    """
    A statement of what the reseller earned before ``until`` that is on no statement yet.

    Of one currency: the reseller's own unless another is named. The reseller is locked, so no
    entry is added between the sum and the settling. Announces ``reseller.commission.settled``.

    Raises:
        ResellerNotFound.
        Invalid: ``until`` lies in the future or has no offset.
        Conflict: nothing to settle, or less than nothing; later commission then sets it off.
    """
    require(session.actor, Permission.RESELLER_WRITE, "settle commission")
    if until.tzinfo is None or until > session.now:
        raise Invalid("until", "must be an instant that is not in the future")
    reseller = await ResellerService().locked(session, reseller_id)
    currency = reseller.currency if currency is None else values.currency_code(currency)
    due = _due(reseller_id, currency, until)
    total_minor, entry_count = await _sum(session, due)
    settlement = CommissionSettlement(
        reseller_id=reseller_id,
        currency=currency,
        total_minor=total_minor,
        entry_count=entry_count,
        settled_until=until,
        settled_by=session.actor.subject,
        settled_at=session.now,
    )
    session.add(settlement)
    await _settle(session, settlement, due)
    return settlement


def _due(reseller_id: int, currency: str, until: datetime) -> ColumnElement[bool]:
    return and_(
        CommissionEntry.reseller_id == reseller_id,
        CommissionEntry.currency == currency,
        CommissionEntry.state == CommissionState.ACCRUED,
        CommissionEntry.earned_at < until,
    )


async def _sum(session: UnitOfWork, due: ColumnElement[bool]) -> tuple[int, int]:
    summed = select(func.sum(CommissionEntry.amount_minor), func.count()).where(due)
    total, count = (await session.execute(summed)).one()
    if count == 0:
        raise Conflict("There is no commission to settle", path=["until"])
    if total < 0:
        raise Conflict("More was taken back than earned: wait for more commission", path=["until"])
    return int(total), count


async def _settle(
    session: UnitOfWork, settlement: CommissionSettlement, due: ColumnElement[bool]
) -> None:
    await session.flush()
    await session.execute(
        update(CommissionEntry)
        .where(due)
        .values(state=CommissionState.SETTLED, settlement_id=settlement.id)
        .execution_options(synchronize_session=False)
    )
    await session.announce(
        CommissionSettled(
            reseller_id=settlement.reseller_id,
            settlement_id=settlement.id,
            entry_count=settlement.entry_count,
        )
    )
