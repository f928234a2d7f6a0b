"""How much is measured: the real thing, one in a hurry, or just enough to see that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """
    One run's amounts.

    Every case is measured ``rounds`` times of ``seconds`` with each server, after one warm-up of
    ``warm_up_seconds``; two workers are measured beside one in ``few_rounds``.
    """

    customers: int
    rounds: int
    seconds: float
    warm_up_seconds: float
    few_rounds: int
    #: Variables that all servers must answer alike.
    checks: int
    #: How often each server is started to see how long that takes.
    starts: int
    #: How often a query is sent to see what it costs as its list grows.
    repeats: int
    connections: int = 8


FULL = Size(
    customers=20_000,
    rounds=5,
    seconds=3.0,
    warm_up_seconds=1.5,
    few_rounds=3,
    checks=5,
    starts=3,
    repeats=20,
)
QUICK = Size(
    customers=20_000,
    rounds=2,
    seconds=1.0,
    warm_up_seconds=0.5,
    few_rounds=1,
    checks=2,
    starts=1,
    repeats=3,
)
TINY = Size(
    customers=1_000,
    rounds=1,
    seconds=0.1,
    warm_up_seconds=0.0,
    few_rounds=0,
    checks=1,
    starts=1,
    repeats=0,
    connections=2,
)
