"""When NASes lost their sessions: Accounting-On and -Off close what the NAS has forgotten."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from domain.customer.models import Customer
from domain.kernel.addresses import IpAddress
from domain.kernel.unit_of_work import UnitOfWork
from domain.radius import session_rows
from domain.radius.accounting import standing
from domain.radius.models import NasBoot, RadiusSession


async def lock_shared(session: UnitOfWork, address: IpAddress) -> None:
    """
    Keep Accounting-On and -Off of the NAS out until the end of the transaction.

    Otherwise a session inserted meanwhile would be neither closed by it nor know of it.
    """
    await session.execute(select(func.pg_advisory_xact_lock_shared(_key(address))))


async def booted_at(session: UnitOfWork, address: IpAddress) -> datetime | None:
    """When the NAS last said that it holds no session."""
    return await session.scalar(select(NasBoot.booted_at).where(NasBoot.nas_ip_address == address))


async def rebooted(session: UnitOfWork, address: IpAddress, at: datetime) -> int | None:
    """
    Remember the boot, close the NAS's sessions last heard of before; how many they were.

    None if that boot, or a later one, is known already.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_key(address))))
    if await _is_known(session, address, at):
        return None
    rows = await _forgotten(session, address, at)
    reseller_ids = await _reseller_ids(session, {row.customer_id for row in rows})
    for row in rows:
        progress = session_rows.progress(row)
        stands = standing(progress, booted_at=at, disconnect_requested=False)
        session_rows.move(row, progress, stands, at=session.now)
    for row in rows:
        await session_rows.announce_move(session, row, reseller_ids[row.customer_id], was_open=True)
    return len(rows)


async def _is_known(session: UnitOfWork, address: IpAddress, at: datetime) -> bool:
    statement = insert(NasBoot).values(nas_ip_address=address, booted_at=at)
    newer = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["nas_ip_address"],
            set_={"booted_at": at},
            where=NasBoot.booted_at < at,
        ).returning(NasBoot.booted_at)
    )
    return newer is None


async def _forgotten(
    session: UnitOfWork, address: IpAddress, at: datetime
) -> Sequence[RadiusSession]:
    """In the order of customers, so that two NASes lock the customers' streams alike."""
    rows = await session.scalars(
        select(RadiusSession)
        .where(
            RadiusSession.nas_ip_address == address,
            RadiusSession.stopped_at.is_(None),
            RadiusSession.last_update_at <= at,
        )
        .order_by(RadiusSession.customer_id, RadiusSession.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _reseller_ids(session: UnitOfWork, customer_ids: set[int]) -> dict[int, int | None]:
    rows = await session.execute(
        select(Customer.id, Customer.reseller_id).where(Customer.id.in_(customer_ids))
    )
    return {row.id: row.reseller_id for row in rows}


def _key(address: IpAddress) -> object:
    return func.hashtextextended(f"radius.nas:{address}", 0)
