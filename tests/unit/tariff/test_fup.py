"""Fair usage states at their borders."""

import pytest

from domain.tariff import fup
from domain.tariff.models import FupAction, FupState

THROTTLE, BLOCK, CHARGE = FupAction.THROTTLE, FupAction.BLOCK, FupAction.CHARGE
GIB = 2**30


@pytest.mark.parametrize(
    ("used", "action", "state", "percent", "thresholds"),
    [
        (0, THROTTLE, FupState.NORMAL, 0, ()),
        (799, THROTTLE, FupState.NORMAL, 79, ()),
        (800, THROTTLE, FupState.NOTIFIED, 80, (80,)),
        (999, BLOCK, FupState.NOTIFIED, 99, (80,)),
        (1000, THROTTLE, FupState.THROTTLED, 100, (80, 100)),
        (1000, BLOCK, FupState.BLOCKED, 100, (80, 100)),
        (1000, CHARGE, FupState.NOTIFIED, 100, (80, 100)),
        (25_000, BLOCK, FupState.BLOCKED, 2500, (80, 100)),
    ],
)
def test_the_state_steps_at_80_and_100_percent(used, action, state, percent, thresholds):
    verdict = fup.evaluate(used_octets=used, allowance_octets=1000, action=action)

    assert verdict == fup.Verdict(state, percent, thresholds)


def test_no_octet_is_lost_to_rounding_at_64_bits():
    allowance = 2**63 - 1

    almost = fup.evaluate(used_octets=allowance - 1, allowance_octets=allowance, action=BLOCK)
    full = fup.evaluate(used_octets=allowance, allowance_octets=allowance, action=BLOCK)

    assert (almost.state, full.state) == (FupState.NOTIFIED, FupState.BLOCKED)


def test_without_an_allowance_the_state_is_normal():
    verdict = fup.evaluate(used_octets=2**62, allowance_octets=None, action=None)

    assert verdict == fup.Verdict(FupState.NORMAL, None, ())


def test_the_domains_reference_plan_blocks_at_its_last_gibibyte():
    states = [
        fup.evaluate(used_octets=used * GIB, allowance_octets=110 * GIB, action=BLOCK).state
        for used in (87, 88, 109, 110)
    ]

    assert states == [FupState.NORMAL, FupState.NOTIFIED, FupState.NOTIFIED, FupState.BLOCKED]


def test_the_percentage_stops_where_it_says_no_more():
    verdict = fup.evaluate(used_octets=2**63, allowance_octets=1, action=BLOCK)

    assert (verdict.used_percent, verdict.state) == (fup.MOST_PERCENT, FupState.BLOCKED)
