"""Usage beyond the allowance is invoiced once its month is closed, and only once."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from domain.billing.handlers import HANDLERS
from domain.billing.kinds import InvoiceStatus, LineKind
from domain.billing.models import Invoice, InvoiceLine
from domain.billing.overages import bill_overage
from domain.kernel.access import SYSTEM
from domain.kernel.money import Money
from domain.tariff.closing import UsageClosingService
from domain.tariff.models import FupAction
from domain.tariff.services import TariffService
from domain.tariff.usage import UsageService
from subscriptions.log import read_after
from subscriptions.relay import assign_positions
from tests.support.customers import created_customer
from tests.support.events import handled
from tests.support.ledger import faults
from tests.support.tariff import a_metered_plan, created_plan, unit_of_work_at

MARCH = date(2025, 3, 1)


async def closed_month(database, octets):
    """A customer on a plan of 1000 octets, each 100 more at 0.50 EUR; March is closed."""
    customer_id = await created_customer(database)
    plan = a_metered_plan(
        FupAction.CHARGE, overage_block_octets=100, overage_price=Money(50, "EUR")
    )
    plan_id = await created_plan(database, plan)
    async with unit_of_work_at(database, datetime(2025, 2, 1, tzinfo=UTC)) as session:
        await TariffService().assign_plan(session, customer_id, plan_id)
    used_at = datetime(2025, 3, 10, tzinfo=UTC)
    async with unit_of_work_at(database, used_at) as session:
        await UsageService().record_usage(
            session,
            customer_id,
            downloaded_octets=octets,
            uploaded_octets=0,
            recorded_at=used_at,
            dedupe_key="all",
        )
    async with unit_of_work_at(database, datetime(2025, 4, 2, tzinfo=UTC)) as session:
        await UsageClosingService().close_month(session, customer_id, MARCH)
    return customer_id


async def lines_of(database, customer_id):
    async with database.reading() as connection:
        rows = await connection.execute(
            select(InvoiceLine.kind, InvoiceLine.net_minor, InvoiceLine.description, Invoice.status)
            .join(Invoice)
            .where(Invoice.customer_id == customer_id)
        )
    return [tuple(row) for row in rows]


async def test_is_a_line_of_an_issued_invoice(database):
    customer_id = await closed_month(database, 1250)

    await handled(database, billing=HANDLERS)

    assert await lines_of(database, customer_id) == [
        (LineKind.OVERAGE, 150, "Usage beyond the allowance in 2025-03", InvoiceStatus.ISSUED)
    ]
    assert await faults(database, customer_id) == []


async def test_within_the_allowance_there_is_nothing_to_invoice(database):
    customer_id = await closed_month(database, 1000)

    await handled(database, billing=HANDLERS)

    assert await lines_of(database, customer_id) == []


async def test_an_event_that_comes_again_invoices_nothing_more(database):
    customer_id = await closed_month(database, 1250)
    await assign_positions(database)
    async with database.reading() as connection:
        events = await read_after(connection, 0)
    [closed] = [each for each in events if each.type == "tariff.usage_period.closed"]

    for _ in range(3):
        async with database.unit_of_work(SYSTEM) as session:
            await bill_overage(session, closed)

    assert len(await lines_of(database, customer_id)) == 1
