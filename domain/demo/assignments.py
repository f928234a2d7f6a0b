"""Who was on which plan when: first plans, changes, scheduled changes, cancellations."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from domain.demo.catalogue import RETIRED, RETIRED_DAYS_AGO, Plans, choices
from domain.demo.clock import Clock, dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.people import Person
from domain.demo.staff import Staff
from domain.tariff.events import PlanAssigned, PlanCancelled
from domain.tariff.models import PlanAssignment
from domain.tariff.periods import next_cycle_start
from domain.tariff.records import PlanAssignment as Assignment
from domain.tariff.records import TariffPlan

#: The first customers' first plans, so that the smallest demo has some of each kind.
_FIRST_CODES = (RETIRED, "FLEX-30", "HOME-500", "LITE-50", "HOME-100", "FLEX-30")
#: What the very first one has now.
_CHANGED_TO = "LITE-50"
_CHANGED = 0.3
_LONG_ENOUGH = timedelta(days=100)
_SCHEDULED_EVERY = 30


class AssignmentRows:
    """Adds the plans of each customer who ever had service, and tells of them."""

    def __init__(
        self, loader: Loader, log: EventLog, staff: Staff, clock: Clock, plans: Plans
    ) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock
        self._plans = plans

    def add(self, person: Person) -> tuple[Assignment, ...]:
        """The customer's assignments by their start, the last one open unless cancelled."""
        assignments = tuple(self._drawn(person))
        previous: Assignment | None = None
        for assignment in assignments:
            self._loader.add(
                PlanAssignment,
                **{name: getattr(assignment, name) for name in assignment.__slots__},
                updated_at=max(assignment.created_at, self._ended_at(assignment)),
            )
            self._tell(person, assignment, previous)
            previous = assignment
        cancelled = person.cancelled
        if cancelled and previous:
            ended = PlanCancelled(
                customer_id=person.id,
                reseller_id=person.reseller_id,
                assignment_id=previous.id,
                tariff_plan_id=previous.tariff_plan_id,
                ended_at=cancelled.at,
                reason=cancelled.reason,
                termination_fee_minor=0,
                currency=previous.currency,
            )
            self._log.tell(cancelled.at, self._staff.support, ended)
        return assignments

    def _drawn(self, person: Person) -> Iterator[Assignment]:
        times = person.service_times
        if not times:
            return
        chance = dice("plans", person.number)
        start, end = times[0].start, person.cancelled.at if person.cancelled else None
        served_until = times[-1].end or self._clock.now
        first = self._choice(person, start, chance)
        change = self._change(person, first, start, served_until, chance)
        if change is None:
            yield self._assignment(person, first, start, end)
            return
        asked_at, at = change
        second = self._choice(person, asked_at, chance, other_than=first)
        yield self._assignment(person, first, start, at)
        yield replace(self._assignment(person, second, at, end), created_at=asked_at)

    def _change(
        self, person: Person, plan: TariffPlan, start: datetime, end: datetime, chance: Random
    ) -> tuple[datetime, datetime] | None:
        """When the customer asked for another plan, and from when on it held."""
        asked_at = self._clock.days_ago(2)
        is_settled = person.story.name == "settled"
        if person.number % _SCHEDULED_EVERY == _SCHEDULED_EVERY - 1 and is_settled:
            return asked_at, next_cycle_start(start, plan.billing_cycle, after=asked_at)
        is_changing = person.number == 0 or chance.random() < _CHANGED
        if end - start < _LONG_ENOUGH or not is_changing:
            return None
        at = (start + (end - start) * chance.uniform(0.3, 0.8)).replace(microsecond=0)
        return at, at

    def _choice(
        self, person: Person, at: datetime, chance: Random, other_than: TariffPlan | None = None
    ) -> TariffPlan:
        codes, weights = choices(person.type)
        if person.number < len(_FIRST_CODES) and other_than is None:
            return self._plans[_FIRST_CODES[person.number]]
        if person.number == 0:
            return self._plans[_CHANGED_TO]
        while True:
            plan = self._plans[chance.choices(codes, weights)[0]]
            is_sold = plan.code != RETIRED or at < self._clock.days_ago(RETIRED_DAYS_AGO)
            if is_sold and plan != other_than:
                return plan

    def _assignment(
        self, person: Person, plan: TariffPlan, start: datetime, end: datetime | None
    ) -> Assignment:
        return Assignment(
            id=self._loader.new_id(PlanAssignment),
            customer_id=person.id,
            tariff_plan_id=plan.id,
            started_at=start,
            ended_at=end,
            price_minor=plan.price_minor,
            currency=plan.currency,
            billing_cycle=plan.billing_cycle,
            created_at=start,
        )

    def _ended_at(self, assignment: Assignment) -> datetime:
        """When the end was entered: a scheduled one was when the change was asked for."""
        ended_at = assignment.ended_at or assignment.created_at
        return ended_at if ended_at <= self._clock.now else self._clock.days_ago(2)

    def _tell(self, person: Person, assignment: Assignment, previous: Assignment | None) -> None:
        assigned = PlanAssigned(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            assignment_id=assignment.id,
            tariff_plan_id=assignment.tariff_plan_id,
            previous_plan_id=None if previous is None else previous.tariff_plan_id,
            starts_at=assignment.started_at,
            amount_minor=assignment.price_minor,
            currency=assignment.currency,
            billing_cycle=assignment.billing_cycle,
        )
        self._log.tell(assignment.created_at, self._staff.support, assigned)


def in_force(assignments: tuple[Assignment, ...], at: datetime) -> Assignment | None:
    """The assignment that held at the instant."""
    for assignment in reversed(assignments):
        if assignment.started_at <= at:
            is_over = assignment.ended_at is not None and assignment.ended_at <= at
            return None if is_over else assignment
    return None
