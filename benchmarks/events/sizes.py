"""How much is measured: the real thing, or just enough to see that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """One run's amounts: each kind of measurement is done ``warm_ups`` + ``rounds`` times."""

    warm_ups: int
    rounds: int
    #: Of one closed-loop measurement.
    seconds: float
    writers: int
    #: Changes a second where latency is measured.
    rate: float
    #: Sockets on one process, a fan-out measurement each.
    sockets: tuple[int, ...]
    #: Whether each fan-out has a server process of its own: one that has done nothing else yet.
    has_fresh_servers: bool
    #: Events of one fan-out round.
    tellings: int
    #: How long handlers are given to be done with what was told.
    quiet_seconds: float
    #: Events of a log that is drained, replayed or handled.
    backlog: int


FULL = Size(
    warm_ups=1,
    rounds=3,
    seconds=5.0,
    writers=16,
    rate=20.0,
    sockets=(1000, 5000),
    has_fresh_servers=True,
    tellings=20,
    quiet_seconds=1.0,
    backlog=20_000,
)
TINY = Size(
    warm_ups=0,
    rounds=1,
    seconds=0.3,
    writers=2,
    rate=50.0,
    sockets=(5,),
    has_fresh_servers=False,
    tellings=2,
    quiet_seconds=0.1,
    backlog=600,
)
