"""Laws of dunning: nobody is dunned without a debt, stages only move on, days are kept."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.billing.dunning import STAGES, Rules, ServiceHold, Standing, Step, judge
from domain.billing.kinds import DunningAction, DunningStage

START = date(2026, 3, 2)
actions = st.sets(st.sampled_from(DunningAction), max_size=3).map(lambda each: tuple(sorted(each)))


@st.composite
def some_rules(draw):
    stages = sorted(draw(st.sets(st.sampled_from(STAGES), min_size=1)), key=STAGES.index)
    days = sorted(draw(st.sets(st.integers(0, 60), min_size=len(stages), max_size=len(stages))))
    steps = [
        Step(stage, after, draw(actions), minimum_minor=draw(st.integers(0, 50)))
        for stage, after in zip(stages, days, strict=True)
    ]
    return Rules(
        grace_days=draw(st.integers(0, 20)),
        minimum_minor=draw(st.integers(0, 100)),
        steps=tuple(steps),
        no_cut_weekdays=draw(st.frozensets(st.integers(1, 7), max_size=6)),
        no_cut_dates=frozenset(
            START + timedelta(days=each) for each in draw(st.sets(st.integers(0, 90), max_size=9))
        ),
    )


standings = st.builds(
    Standing,
    overdue_minor=st.integers(0, 300),
    days_overdue=st.integers(0, 120),
    today=st.integers(0, 90).map(lambda days: START + timedelta(days=days)),
    stage=st.none() | st.sampled_from(DunningStage),
    days_since_step=st.integers(0, 60),
    is_excused=st.booleans(),
    is_frozen=st.booleans(),
)


@given(some_rules(), standings)
def test_below_the_minimum_nobody_is_dunned_nor_held(rules, standing):
    standing = replace(standing, overdue_minor=min(standing.overdue_minor, rules.least_minor - 1))

    verdict = judge(rules, standing)

    assert verdict.step is None
    assert verdict.hold is ServiceHold.LIFT
    assert verdict.is_cured is (standing.stage is not None)


@given(some_rules(), standings)
def test_who_owes_nothing_is_never_restricted(rules, standing):
    verdict = judge(replace(rules, minimum_minor=0), replace(standing, overdue_minor=0))

    assert (verdict.step, verdict.hold) == (None, ServiceHold.LIFT)


@given(some_rules(), standings)
def test_a_step_leads_beyond_the_stage_and_never_back(rules, standing):
    step = judge(rules, standing).step

    if step is not None and standing.stage is not None:
        assert STAGES.index(step.stage) > STAGES.index(standing.stage)


@given(some_rules(), standings)
def test_within_the_grace_and_under_pauses_no_step_is_taken(rules, standing):
    idle = (
        replace(standing, days_overdue=min(standing.days_overdue, rules.grace_days)),
        replace(standing, is_excused=True),
        replace(standing, is_frozen=True),
    )

    assert {judge(rules, each).step for each in idle} == {None}


@given(some_rules(), standings)
def test_nobody_is_cut_off_on_a_day_of_the_calendar(rules, standing):
    assume(rules.is_no_cut_day(standing.today))

    verdict = judge(rules, standing)

    assert verdict.step is None or not verdict.step.cuts
    assert verdict.hold is not ServiceHold.PLACE


@given(some_rules(), standings)
def test_service_is_held_only_for_a_debt_that_nothing_excuses(rules, standing):
    if judge(rules, standing).hold is ServiceHold.PLACE:
        assert standing.overdue_minor >= rules.least_minor
        assert not standing.is_excused
        assert not standing.is_frozen
        assert any(DunningAction.SUSPEND in step.actions for step in rules.steps)


@given(some_rules(), st.lists(st.integers(0, 9), max_size=60), st.integers(1, 90))
def test_a_case_that_is_looked_at_on_any_days_takes_each_step_once_and_apart(
    rules, gaps, days_overdue
):
    """Whenever the clock strikes: the policy's days lie between the steps all the same."""
    standing = Standing(overdue_minor=1000, days_overdue=days_overdue, today=START)
    taken, entered = [], START
    for gap in gaps:
        today = standing.today + timedelta(days=gap)
        standing = replace(
            standing,
            today=today,
            days_overdue=standing.days_overdue + gap,
            days_since_step=(today - entered).days,
        )
        step = judge(rules, standing).step
        if step is not None:
            taken.append((step, today))
            standing, entered = replace(standing, stage=step.stage), today

    stages = [step.stage for step, _ in taken]
    assert stages == [step.stage for step in rules.steps][: len(stages)]
    for (one, then), (other, later) in pairwise(taken):
        assert (later - then).days >= other.after_days - one.after_days


@given(some_rules(), standings)
def test_a_case_ends_by_cure_alone(rules, standing):
    verdict = judge(rules, standing)

    is_settled = standing.overdue_minor < rules.least_minor
    assert verdict.is_cured is (is_settled and standing.stage is not None)
