"""All that belongs to one customer but the books: added together, so that the parts agree."""

from domain.demo.alerts import AlertRows
from domain.demo.assignments import AssignmentRows, in_force
from domain.demo.catalogue import Plans
from domain.demo.clock import Clock
from domain.demo.customers import CustomerRows
from domain.demo.documents import DocumentRows
from domain.demo.event_log import EventLog
from domain.demo.ledgers import AccountRows, Ledger
from domain.demo.loading import Loader
from domain.demo.metrics import MetricRows
from domain.demo.people import Person
from domain.demo.sessions import SessionRows, stays_of
from domain.demo.staff import Staff
from domain.demo.usage import UsageRows
from domain.tariff.records import PlanAssignment


class Households:
    """Adds customers with their plans, usage, sessions, metrics, alerts and accounts."""

    def __init__(
        self, loader: Loader, log: EventLog, staff: Staff, clock: Clock, plans: Plans
    ) -> None:
        self._clock = clock
        self._plans = {plan.id: plan for plan in plans.values()}
        self._customers = CustomerRows(loader, log, staff)
        self._documents = DocumentRows(loader, log, staff, clock)
        self._assignments = AssignmentRows(loader, log, staff, clock, plans)
        self._usage = UsageRows(loader, log, clock, plans)
        self._sessions = SessionRows(loader, log, staff, clock)
        self._metrics = MetricRows(loader, clock)
        self._alerts = AlertRows(loader, log, staff, clock)
        self._accounts = AccountRows(loader, log)

    def add(self, person: Person) -> Ledger:
        """One customer; the ledger of its account."""
        self._customers.add(person)
        self._documents.add(person)
        assignments = self._assignments.add(person)
        self._add_traffic(person, assignments)
        present = in_force(assignments, self._clock.live)
        self._metrics.add(person, self._plans[present.tariff_plan_id] if present else None)
        self._alerts.add(person)
        return self._accounts.add(person, assignments)

    def _add_traffic(self, person: Person, assignments: tuple[PlanAssignment, ...]) -> None:
        """A blocked customer is offline: fair use comes first."""
        percent = self._usage.percent(assignments)
        is_blocked = self._usage.is_blocked(assignments, percent)
        stays = stays_of(person, self._clock, may_be_online=not is_blocked)
        self._usage.add(person, assignments, stays, percent)
        self._sessions.add(person, stays)
