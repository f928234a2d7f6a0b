"""What dunning does next: a pure judgement over a policy and what is overdue, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from domain.billing.kinds import DunningAction, DunningStage

#: Stages in the order that a case enters them; none is entered twice or gone back to.
STAGES: tuple[DunningStage, ...] = tuple(DunningStage)
#: What takes service away: not done on days on which nobody is cut off.
CUTS = frozenset({DunningAction.SUSPEND, DunningAction.DISCONNECT})


class ServiceHold(StrEnum):
    """What becomes of the hold for non-payment on the customer's service."""

    PLACE = "PLACE"
    LIFT = "LIFT"
    LEAVE = "LEAVE"


@dataclass(frozen=True, slots=True)
class Step:
    """
    What is done when a stage is entered.

    ``after_days`` count from the end of the grace. Below ``minimum_minor`` the step waits.
    ``late_fee_minor`` is charged for each overdue invoice if LATE_FEE is among the actions.
    """

    stage: DunningStage
    after_days: int
    actions: tuple[DunningAction, ...]
    minimum_minor: int = 0
    late_fee_minor: int = 0

    @property
    def cuts(self) -> bool:
        """Whether the step takes service away."""
        return not CUTS.isdisjoint(self.actions)


@dataclass(frozen=True, slots=True)
class Rules:
    """
    A policy's rules: ``steps`` by stage, each later than the one before.

    Nothing is done in the ``grace_days`` after the due date, nor below ``minimum_minor``.
    ``no_cut_weekdays`` are ISO numbers, 1 for Monday.
    """

    grace_days: int
    minimum_minor: int
    steps: tuple[Step, ...]
    no_cut_weekdays: frozenset[int] = frozenset()
    no_cut_dates: frozenset[date] = frozenset()

    @property
    def least_minor(self) -> int:
        """The least overdue amount that anything is done about: never zero."""
        return max(self.minimum_minor, 1)

    def is_no_cut_day(self, day: date) -> bool:
        """Whether nobody is cut off on the day."""
        return day.isoweekday() in self.no_cut_weekdays or day in self.no_cut_dates

    def step_after(self, stage: DunningStage | None) -> Step | None:
        """The first step beyond the stage; the very first if there is none yet."""
        return next((step for step in self.steps if _is_beyond(step.stage, stage)), None)

    def has_cut(self, stage: DunningStage | None) -> bool:
        """Whether a step that suspends has been taken by the time of the stage."""
        return any(
            DunningAction.SUSPEND in step.actions and not _is_beyond(step.stage, stage)
            for step in self.steps
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What is known of an account. ``stage`` is None while no case is open.

    ``days_overdue`` is how long the oldest invoice is past its due date, ``days_since_step`` how
    long ago the stage was entered. ``is_excused`` by a promise or an exemption, ``is_frozen`` by
    a disputed payment. ``today`` is the customer's own calendar date.
    """

    overdue_minor: int
    days_overdue: int
    today: date
    stage: DunningStage | None = None
    days_since_step: int = 0
    is_excused: bool = False
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done now: close the case, take a step, and about the hold on service."""

    is_cured: bool = False
    step: Step | None = None
    hold: ServiceHold = ServiceHold.LEAVE


def judge(rules: Rules, standing: Standing) -> Verdict:
    """
    What the policy says about such an account today.

    A case is cured, and service held for it resumes, as soon as less than the minimum is overdue.
    One step is taken at a time, and each gives the customer at least the days between it and the
    one before, however late the account is looked at.
    """
    is_open = standing.stage is not None
    if standing.overdue_minor < rules.least_minor:
        return Verdict(is_cured=is_open, hold=ServiceHold.LIFT)
    if standing.is_excused:
        return Verdict(hold=ServiceHold.LIFT)
    if standing.is_frozen:
        return Verdict()
    step = _due_step(rules, standing)
    stage = standing.stage if step is None else step.stage
    return Verdict(step=step, hold=_hold(rules, stage, standing.today))


def steps_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps as a policy's row keeps them."""
    return tuple(
        Step(
            stage=DunningStage(row["stage"]),
            after_days=row["after_days"],
            actions=tuple(DunningAction(action) for action in row["actions"]),
            minimum_minor=row["minimum_minor"],
            late_fee_minor=row["late_fee_minor"],
        )
        for row in rows
    )


def _due_step(rules: Rules, standing: Standing) -> Step | None:
    step = rules.step_after(standing.stage)
    if step is None or standing.overdue_minor < step.minimum_minor:
        return None
    if standing.days_overdue <= rules.grace_days + step.after_days:
        return None
    if standing.days_since_step < _notice_days(rules.steps, step, standing.stage):
        return None
    return None if step.cuts and rules.is_no_cut_day(standing.today) else step


def _notice_days(steps: Sequence[Step], step: Step, stage: DunningStage | None) -> int:
    """How many days the policy leaves between the stage and the step after it."""
    before = [each.after_days for each in steps if not _is_beyond(each.stage, stage)]
    return step.after_days - max(before) if before else 0


def _hold(rules: Rules, stage: DunningStage | None, today: date) -> ServiceHold:
    if not rules.has_cut(stage):
        return ServiceHold.LIFT
    return ServiceHold.LEAVE if rules.is_no_cut_day(today) else ServiceHold.PLACE


def _is_beyond(one: DunningStage, other: DunningStage | None) -> bool:
    return other is None or STAGES.index(one) > STAGES.index(other)
