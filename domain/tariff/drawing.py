"""Which top-ups pay for usage beyond the allowance: the one that expires first. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Left(NamedTuple):
    """A top-up that may be drawn from, and the octets left in it."""

    top_up_id: int
    octets: int


def drawn(need: int, draws: Mapping[int, int], left: Sequence[Left]) -> dict[int, int]:
    """
    What a month draws from each top-up so that it covers ``need`` octets, as far as they go.

    ``draws`` are the month's so far; ``left`` is what may be drawn besides, the first to expire
    first. Of octets not needed any more the newest top-ups get theirs back first. Nothing else
    moves: what was paid for once stays paid for.
    """
    after = dict(draws)
    missing = need - sum(after.values())
    for top_up_id in sorted(after, reverse=True):
        given_back = min(max(-missing, 0), after[top_up_id])
        after[top_up_id] -= given_back
        missing += given_back
    for top_up_id, octets in left:
        taken = min(max(missing, 0), octets)
        after[top_up_id] = after.get(top_up_id, 0) + taken
        missing -= taken
    return {top_up_id: octets for top_up_id, octets in after.items() if octets}
