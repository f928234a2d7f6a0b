"""Fair usage: what a month's usage means under a plan's allowance. Pure: the same everywhere."""

from dataclasses import dataclass

from domain.tariff.models import FupAction, FupState

#: Percent of the allowance at which customers are told.
THRESHOLDS = (80, 100)

#: Beyond this the percentage says no more.
MOST_PERCENT = 1_000_000

_EXHAUSTED = {
    FupAction.THROTTLE: FupState.THROTTLED,
    FupAction.BLOCK: FupState.BLOCKED,
    FupAction.CHARGE: FupState.NOTIFIED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state, percent of the allowance used (whole; None: unmetered), thresholds reached."""

    state: FupState
    used_percent: int | None
    thresholds: tuple[int, ...]


_UNMETERED = Verdict(FupState.NORMAL, None, ())


def is_notable(used_octets: int, allowance_octets: int | None) -> bool:
    """Whether the usage reaches the first threshold of the allowance: before, all is NORMAL."""
    return allowance_octets is not None and used_octets * 100 >= THRESHOLDS[0] * allowance_octets


def evaluate(
    *, used_octets: int, allowance_octets: int | None, action: FupAction | None
) -> Verdict:
    """
    Where the usage stands: NOTIFIED from 80 % on, and from 100 % on what the action says.

    CHARGE keeps the service as it is, so the state stays NOTIFIED. Octets are those of both
    directions; without an allowance the state is always NORMAL.
    """
    if allowance_octets is None or action is None:
        return _UNMETERED
    percent = min(used_octets * 100 // allowance_octets, MOST_PERCENT)
    reached = tuple(threshold for threshold in THRESHOLDS if percent >= threshold)
    if not reached:
        state = FupState.NORMAL
    elif reached[-1] < 100:
        state = FupState.NOTIFIED
    else:
        state = _EXHAUSTED[action]
    return Verdict(state, percent, reached)
