"""Loading the demo: everything or nothing, and only where there are no customers yet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import models as billing
from domain.customer import models as customer
from domain.demo.books import Books
from domain.demo.catalogue import Plans, add_plans
from domain.demo.clock import Clock
from domain.demo.commissions import CommissionRows
from domain.demo.event_log import EventLog
from domain.demo.households import Households
from domain.demo.invoicing import InvoiceRows
from domain.demo.ledgers import Ledger
from domain.demo.loading import Loader
from domain.demo.network import add_network
from domain.demo.people import person
from domain.demo.receipts import PaymentRows
from domain.demo.staff import Staff, add_staff
from domain.identity import models as identity
from domain.kernel.database import Database
from domain.monitoring import models as monitoring
from domain.radius import models as radius
from domain.reseller import models as reseller
from domain.tariff import models as tariff
from domain.tariff import usage_models as usage

Progress = Callable[[str, int, int], None]

#: Each after those it refers to.
_MODELS = (
    reseller.Reseller,
    identity.Account,
    tariff.TariffPlan,
    monitoring.NetworkSegment,
    monitoring.SegmentCoverage,
    radius.Nas,
    radius.NasBoot,
    customer.Customer,
    customer.Address,
    customer.CommunicationPreference,
    customer.Document,
    customer.StateChange,
    tariff.PlanAssignment,
    usage.UsageRecord,
    usage.UsageCounter,
    usage.UsageDay,
    radius.RadiusSession,
    radius.AuthLogEntry,
    monitoring.MetricSample,
    monitoring.Alert,
    monitoring.Notification,
    billing.BillingAccount,
    billing.NumberSeries,
    billing.Invoice,
    billing.InvoiceLine,
    billing.Payment,
    billing.PaymentAllocation,
    reseller.CommissionSettlement,
    reseller.CommissionEntry,
)
_PATIENCE = (
    "set local statement_timeout = 0",
    "set local idle_in_transaction_session_timeout = 0",
    "set local lock_timeout = '60s'",
)
#: Keeps out other loaders, and whoever would create the first customer meanwhile.
_LOCK = "lock table customer.customers in share row exclusive mode"
_STEP = 100


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was loaded: rows by table (``customer.customers``) and events; or that nothing was."""

    loaded: bool
    rows: dict[str, int] = field(default_factory=dict)
    events: int = 0

    def summary(self) -> str:
        """The figures that people ask for, in one line."""
        shown = {
            "customers": "customer.customers",
            "invoices": "billing.invoices",
            "payments": "billing.payments",
            "sessions": "radius.sessions",
            "metric samples": "monitoring.metric_samples",
        }
        figures = [f"{self.rows.get(table, 0):,} {name}" for name, table in shown.items()]
        return ", ".join([*figures, f"{self.events:,} events"])


async def seed(
    database: Database,
    *,
    customers: int,
    progress: Progress = lambda _stage, _done, _total: None,
    now: datetime | None = None,
) -> SeedReport:
    """
    Load a provider with so many customers, in one transaction; nothing if there is any customer.

    The same ``now`` gives the same rows. It is today's midnight (UTC) unless given; sessions and
    metrics then go on until the present hour. ``progress`` hears of each stage, done and total.
    """
    clock = Clock.of(now)
    async with database.engine.begin() as connection:
        for statement in (*_PATIENCE, _LOCK):
            await connection.execute(text(statement))
        if await connection.scalar(text("select exists (select from customer.customers)")):
            return SeedReport(loaded=False)
        seeding = await _Seeding.begin(connection, clock, progress)
        report = await seeding.run(customers)
    database.on_announced()
    return report


class _Seeding:
    """One load: what its stages share."""

    def __init__(
        self,
        connection: AsyncConnection,
        clock: Clock,
        progress: Progress,
        *,
        loader: Loader,
        log: EventLog,
        staff: Staff,
        plans: Plans,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._progress = progress
        self._loader = loader
        self._log = log
        self._staff = staff
        self._plans = plans

    @classmethod
    async def begin(
        cls, connection: AsyncConnection, clock: Clock, progress: Progress
    ) -> "_Seeding":
        """The provider itself: resellers, staff, plans and network."""
        progress("Provider", 0, 1)
        loader = Loader(connection)
        await loader.open(*_MODELS)
        log = EventLog(connection, loader)
        await log.open()
        staff = await add_staff(loader, log, clock)
        plans = add_plans(loader, log, clock)
        add_network(loader, clock)
        progress("Provider", 1, 1)
        return cls(connection, clock, progress, loader=loader, log=log, staff=staff, plans=plans)

    async def run(self, customers: int) -> SeedReport:
        """All stages."""
        ledgers = await self._add_people(customers)
        await self._keep_books(ledgers)
        self._progress("Event log", 0, 1)
        await self._loader.close()
        await self._log.close()
        self._progress("Event log", 1, 1)
        return SeedReport(loaded=True, rows=dict(self._loader.counts), events=self._log.count)

    async def _add_people(self, count: int) -> list[Ledger]:
        households = Households(self._loader, self._log, self._staff, self._clock, self._plans)
        ledgers: list[Ledger] = []
        for number in range(count):
            drawn = person(
                self._loader.new_id(customer.Customer),
                number,
                self._staff.first_reseller_id - 1,
                self._clock,
            )
            ledgers.append(households.add(drawn))
            if self._loader.is_full:
                await self._flush()
            if number % _STEP == _STEP - 1 or number == count - 1:
                self._progress("Customers", number + 1, count)
        await self._flush()
        return ledgers

    async def _keep_books(self, ledgers: list[Ledger]) -> None:
        shared = (self._loader, self._log, self._staff, self._clock)
        commissions = CommissionRows(*shared)
        books = Books(
            self._connection,
            self._loader,
            self._log,
            self._clock,
            invoices=InvoiceRows(*shared, self._plans),
            payments=PaymentRows(*shared, commissions),
            commissions=commissions,
        )
        await books.keep(
            ledgers, lambda done, total: self._progress("Invoices and payments", done, total)
        )

    async def _flush(self) -> None:
        await self._loader.flush()
        await self._log.flush()
