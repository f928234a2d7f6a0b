"""Laws of fair usage, for any usage, allowance and action."""

from hypothesis import given
from hypothesis import strategies as st

from domain.tariff import fup
from domain.tariff.models import FupAction, FupState

octets = st.integers(0, 2**64)
allowances = st.integers(1, 2**63 - 1)
actions = st.sampled_from(FupAction)
SEVERITY = [FupState.NORMAL, FupState.NOTIFIED, FupState.THROTTLED, FupState.BLOCKED]


@given(used=octets, more=octets, allowance=allowances, action=actions)
def test_more_usage_never_relaxes(used, more, allowance, action):
    before = fup.evaluate(used_octets=used, allowance_octets=allowance, action=action)
    after = fup.evaluate(used_octets=used + more, allowance_octets=allowance, action=action)

    assert SEVERITY.index(after.state) >= SEVERITY.index(before.state)
    assert set(after.thresholds) >= set(before.thresholds)


@given(used=octets, allowance=allowances, more=octets, action=actions)
def test_a_larger_allowance_never_tightens(used, allowance, more, action):
    small = fup.evaluate(used_octets=used, allowance_octets=allowance, action=action)
    large = fup.evaluate(used_octets=used, allowance_octets=allowance + more, action=action)

    assert SEVERITY.index(large.state) <= SEVERITY.index(small.state)


@given(used=octets, allowance=allowances, action=actions)
def test_service_is_cut_or_slowed_exactly_when_the_allowance_is_used_up(used, allowance, action):
    verdict = fup.evaluate(used_octets=used, allowance_octets=allowance, action=action)

    assert (100 in verdict.thresholds) == (used >= allowance)
    restricted = verdict.state in (FupState.THROTTLED, FupState.BLOCKED)
    assert restricted == (used >= allowance and action is not FupAction.CHARGE)


@given(used=octets, allowance=allowances, action=actions)
def test_normal_means_that_there_is_nothing_to_tell(used, allowance, action):
    verdict = fup.evaluate(used_octets=used, allowance_octets=allowance, action=action)

    assert (verdict.state is FupState.NORMAL) == (verdict.thresholds == ())
    assert (80 in verdict.thresholds) == (used * 5 >= allowance * 4)
