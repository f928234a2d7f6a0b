"""Reads of what a change of plan would come to, by what was really invoiced."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing.kinds import InvoiceStatus, LineKind
from domain.billing.models import Invoice, InvoiceLine
from domain.billing.periods import BillingPeriod, billing_period
from domain.billing.plan_changes import PlanChange, PlanChangePreview, change_lines
from domain.billing.queries import accounts_by_customer
from domain.billing.records import BillingAccount
from domain.customer.policy import within_scope
from domain.customer.queries import customers_by_id
from domain.customer.records import Customer
from domain.kernel.access import SYSTEM, Actor, Permission, require
from domain.kernel.money import Money
from domain.kernel.reads import one_of, remembered, rows_of
from domain.tariff.change_times import start_of_change
from domain.tariff.contracts import contract_end
from domain.tariff.periods import MONTHS
from domain.tariff.queries import current_assignments, plans_by_id
from domain.tariff.records import PlanAssignment, TariffPlan

_Invoiced = dict[BillingPeriod, Money]
_BY_THE_DAY = (LineKind.RECURRING, LineKind.PRORATION, LineKind.DISCOUNT)


async def plan_change_previews(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    change: PlanChange,
) -> dict[int, PlanChangePreview]:
    """
    What the change would come to for each customer; five statements for any number.

    Left out: customers without an account or a plan, on that plan already, or charged in another
    currency, and all if the plan is not one that the actor sees. Nothing is changed.

    Raises:
        Invalid: the day is missing, out of place, not ahead or more than a year away.
    """
    require(actor, Permission.BILLING_READ, "read billing accounts")
    plan = (await plans_by_id(connection, actor, [change.tariff_plan_id])).get(
        change.tariff_plan_id
    )
    if plan is None:
        return {}
    accounts = await accounts_by_customer(connection, actor, customer_ids)
    customers = await customers_by_id(connection, SYSTEM, accounts.keys())
    present = await current_assignments(connection, SYSTEM, customers.keys())
    invoiced = await _invoiced(connection, actor, [each.id for each in present.values()])
    return {
        key: _preview(change, plan, customers[key], accounts[key], row, invoiced[row.id])
        for key, row in present.items()
        if row.tariff_plan_id != plan.id and plan.currency == row.currency == accounts[key].currency
    }


def _preview(
    asked: PlanChange,
    plan: TariffPlan,
    customer: Customer,
    account: BillingAccount,
    present: PlanAssignment,
    invoiced: _Invoiced,
) -> PlanChangePreview:
    starts_at = start_of_change(
        asked.when,
        on=asked.on,
        time_zone=customer.time_zone,
        present=present,
        now=datetime.now(UTC),
    )
    on = starts_at.astimezone(ZoneInfo(customer.time_zone)).date()
    months = MONTHS[plan.billing_cycle]
    period = billing_period(on, billing_day=account.billing_day, months=months, anchor=on)
    lines = change_lines(plan, on=on, period=period, invoiced=invoiced, settlement=asked.settlement)
    return PlanChangePreview(
        customer_id=customer.id,
        tariff_plan_id=plan.id,
        starts_at=starts_at,
        contract_ends_at=contract_end(
            plan.contract_months, starts_at=starts_at, carried=present.contract_ends_at
        ),
        net=Money(sum(line.amount.minor for line in lines), plan.currency),
        lines=lines,
    )


async def _invoiced(
    connection: AsyncConnection, actor: Actor, assignment_ids: Collection[int]
) -> defaultdict[int, _Invoiced]:
    """Assignment → what was charged for it by the day, for days from today on."""
    found: defaultdict[int, _Invoiced] = defaultdict(dict)
    rows = await rows_of(
        connection, _charged(actor), keys=assignment_ids, since=datetime.now(UTC).date()
    )
    for assignment_id, starts_on, ends_on, minor, currency in rows:
        found[assignment_id][BillingPeriod(starts_on, ends_on)] = Money(int(minor), currency)
    return found


@remembered
def _charged(actor: Actor) -> Select[Any]:
    line = InvoiceLine
    key: Any = line.plan_assignment_id
    return (
        select(key, line.period_from, line.period_to, func.sum(line.net_minor), Invoice.currency)
        .join(Invoice, Invoice.id == line.invoice_id)
        .where(
            one_of(key),
            within_scope(actor, Invoice.customer_id),
            Invoice.status == InvoiceStatus.ISSUED,
            line.kind.in_(_BY_THE_DAY),
            line.period_from.is_not(None),
            line.period_to >= bindparam("since", type_=Date),
        )
        .group_by(key, line.period_from, line.period_to, Invoice.currency)
        .order_by(key, line.period_from)
    )
