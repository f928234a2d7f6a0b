"""Commission entries: accrued when a customer's invoice is paid, taken back, corrected."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.commands import PaidInvoice
from domain.reseller.commission import commission_on, period_of
from domain.reseller.errors import CommissionNotFound
from domain.reseller.events import CommissionAccrued
from domain.reseller.models import CommissionEntry, CommissionKind, Reseller
from domain.reseller.policy import visible_entries
from domain.reseller.services import ResellerService


class CommissionService:
    """The ledger of what resellers earn: entries are appended, never changed."""

    async def accrue(self, session: UnitOfWork, paid: PaidInvoice) -> int | None:
        """
        The id of the entry for the reseller's share of the invoice, at its present rate.

        None if there is one already, or nothing to earn: a rate or a net amount of zero.
        """
        require(session.actor, Permission.RESELLER_WRITE, "accrue commission")
        rate = await session.scalar(
            select(Reseller.commission_percent).where(Reseller.id == paid.reseller_id)
        )
        if not rate or paid.net.minor <= 0:
            return None
        return await _append(
            session,
            reseller_id=paid.reseller_id,
            customer_id=paid.customer_id,
            invoice_id=paid.invoice_id,
            invoice_number=paid.invoice_number,
            kind=CommissionKind.ACCRUAL,
            base_minor=paid.net.minor,
            rate_percent=rate,
            amount_minor=commission_on(paid.net, rate).minor,
            currency=paid.net.currency,
            earned_at=paid.paid_at,
        )

    async def claw_back(self, session: UnitOfWork, entry_id: int, *, note: str) -> int:
        """
        The id of the entry that takes back, once, all that was earned on the accrual's invoice.

        Raises:
            CommissionNotFound, Invalid.
            Conflict: the entry is no accrual, or was taken back already.
        """
        accrual = await self._accrual(session, entry_id)
        earned = await _earned_on_invoice(session, accrual)
        return await _correct(session, accrual, CommissionKind.CLAWBACK, -earned, note)

    async def adjust(
        self, session: UnitOfWork, entry_id: int, *, amount_minor: int, note: str
    ) -> int:
        """
        The id of the entry that corrects an accrual, once, up or down, in its currency.

        Raises:
            CommissionNotFound.
            Invalid: zero, more than was earned is taken back, or the note says nothing.
            Conflict: the entry is no accrual, or was adjusted already.
        """
        accrual = await self._accrual(session, entry_id)
        if amount_minor == 0:
            raise Invalid("amount", "must not be zero")
        if await _earned_on_invoice(session, accrual) + amount_minor < 0:
            raise Invalid("amount", "takes back more than was earned")
        return await _correct(session, accrual, CommissionKind.ADJUSTMENT, amount_minor, note)

    async def _accrual(self, session: UnitOfWork, entry_id: int) -> CommissionEntry:
        """The accrual, its reseller locked first as settling does: nothing is added meanwhile."""
        require(session.actor, Permission.RESELLER_WRITE, "correct commission")
        found = await session.scalar(
            select(CommissionEntry).where(
                CommissionEntry.id == entry_id, visible_entries(session.actor)
            )
        )
        if found is None:
            raise CommissionNotFound(entry_id)
        if found.kind is not CommissionKind.ACCRUAL:
            raise Conflict("Only an accrual can be corrected", path=["commissionId"])
        await ResellerService().locked(session, found.reseller_id)
        return found


async def _earned_on_invoice(session: UnitOfWork, accrual: CommissionEntry) -> int:
    total = await session.scalar(
        select(func.sum(CommissionEntry.amount_minor)).where(
            CommissionEntry.invoice_id == accrual.invoice_id,
            CommissionEntry.reseller_id == accrual.reseller_id,
        )
    )
    return int(total or 0)


async def _correct(
    session: UnitOfWork,
    accrual: CommissionEntry,
    kind: CommissionKind,
    amount_minor: int,
    note: str,
) -> int:
    appended = await _append(
        session,
        reseller_id=accrual.reseller_id,
        customer_id=accrual.customer_id,
        invoice_id=accrual.invoice_id,
        invoice_number=accrual.invoice_number,
        kind=kind,
        base_minor=accrual.base_minor,
        rate_percent=accrual.rate_percent,
        amount_minor=amount_minor,
        currency=accrual.currency,
        earned_at=session.now,
        note=values.text(note, "note", longest=500),
    )
    if appended is None:
        raise Conflict(f"The accrual has its {kind} already", path=["commissionId"])
    return appended


async def _append(session: UnitOfWork, **columns: Any) -> int | None:
    """Insert the entry and announce it; None if the invoice has one of the kind already."""
    period = period_of(columns["earned_at"])
    entry_id = await session.scalar(
        insert(CommissionEntry)
        .values(**columns, period=period)
        .on_conflict_do_nothing(index_elements=["invoice_id", "reseller_id", "kind"])
        .returning(CommissionEntry.id)
    )
    if entry_id is not None:
        await session.announce(
            CommissionAccrued(
                customer_id=columns["customer_id"],
                reseller_id=columns["reseller_id"],
                entry_id=entry_id,
                kind=columns["kind"],
                invoice_id=columns["invoice_id"],
                period=period,
            )
        )
    return entry_id
