"""What each account of a chunk has, and what it was charged before."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select

from domain.billing.charging import EarlierCharge, Service
from domain.billing.credit_models import CreditNoteLine
from domain.billing.kinds import InvoiceStatus, LineKind
from domain.billing.models import BillingAccount, Invoice, InvoiceLine
from domain.kernel.access import SYSTEM
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.queries import current_assignments, plans_by_id

#: Lines that charge days of a plan.
_TIMED = (LineKind.RECURRING, LineKind.PRORATION)


async def services_of(
    session: UnitOfWork, accounts: dict[int, BillingAccount], on: date
) -> dict[int, Service]:
    """By customer: those on a plan at the end of the day."""
    connection = await session.connection()
    end_of_day = datetime.combine(on, time.max, UTC)
    assignments = await current_assignments(connection, SYSTEM, accounts.keys(), at=end_of_day)
    plan_ids = {assignment.tariff_plan_id for assignment in assignments.values()}
    plans = await plans_by_id(connection, SYSTEM, plan_ids)
    charged = await _charged_until(session, [account.id for account in accounts.values()])
    assignment_ids = [assignment.id for assignment in assignments.values()]
    set_up, own = await _set_up(session, assignment_ids), await _own(session, assignment_ids)
    earlier = await _earlier(
        session, [accounts[key].id for key, each in assignments.items() if each.id not in own]
    )
    return {
        customer_id: Service(
            account=accounts[customer_id],
            assignment=assignment,
            plan=plans[assignment.tariff_plan_id],
            charged_until=own.get(assignment.id) or charged.get(accounts[customer_id].id),
            is_set_up=assignment.id in set_up,
            earlier=earlier.get(accounts[customer_id].id),
        )
        for customer_id, assignment in assignments.items()
    }


async def _charged_until(session: UnitOfWork, account_ids: Collection[int]) -> dict[int, date]:
    rows = await session.execute(
        select(Invoice.account_id, func.max(Invoice.period_to))
        .where(
            Invoice.account_id.in_(account_ids),
            Invoice.status != InvoiceStatus.VOID,
            Invoice.period_to.is_not(None),
        )
        .group_by(Invoice.account_id)
    )
    return {account_id: until for account_id, until in rows if until is not None}


async def _set_up(session: UnitOfWork, assignment_ids: Collection[int]) -> set[int]:
    rows = await session.scalars(
        select(InvoiceLine.plan_assignment_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.plan_assignment_id.in_(assignment_ids),
            InvoiceLine.kind == LineKind.SETUP,
            Invoice.status != InvoiceStatus.VOID,
        )
    )
    return {assignment_id for assignment_id in rows if assignment_id is not None}


async def _own(session: UnitOfWork, assignment_ids: Collection[int]) -> dict[int, date]:
    """By assignment: the day (exclusive) up to which it was charged itself."""
    rows = await session.execute(
        select(InvoiceLine.plan_assignment_id, func.max(InvoiceLine.period_to))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.plan_assignment_id.in_(assignment_ids),
            InvoiceLine.kind.in_(_TIMED),
            Invoice.status != InvoiceStatus.VOID,
        )
        .group_by(InvoiceLine.plan_assignment_id)
    )
    return {key: until for key, until in rows if key is not None and until is not None}


async def _earlier(session: UnitOfWork, account_ids: Collection[int]) -> dict[int, EarlierCharge]:
    """By account: what it was charged last for a plan."""
    if not account_ids:
        return {}
    line = InvoiceLine
    taken = (
        select(func.coalesce(func.sum(CreditNoteLine.net_minor), 0))
        .where(CreditNoteLine.invoice_line_id == line.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Invoice.account_id, line, taken)
        .join(Invoice, Invoice.id == line.invoice_id)
        .where(
            Invoice.account_id.in_(account_ids),
            Invoice.status == InvoiceStatus.ISSUED,
            Invoice.written_off_minor == 0,
            line.kind.in_(_TIMED),
            line.plan_assignment_id.is_not(None),
        )
        .order_by(line.period_to, line.id)
    )
    return {
        account_id: EarlierCharge(
            invoice_id=charged.invoice_id,
            position=charged.position,
            net_minor=charged.net_minor - int(credited),
            starts_on=charged.period_from,
            ends_on=charged.period_to,
        )
        for account_id, charged, credited in rows
        if charged.period_from is not None and charged.period_to is not None
    }
