"""The bars: how fast this server must be beside the others, and whether it is."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Requests a second by case, server and round.
Rates = Mapping[str, Mapping[str, Sequence[float]]]

OURS = "isp-graph"
STOCK = "stock Strawberry"
POSTGRAPHILE = "PostGraphile 5"
APOLLO = "Apollo Server 5"
PEERS = (POSTGRAPHILE, APOLLO, STOCK)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours by another's, round by round: the median, the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, ours: Sequence[float], others: Sequence[float]) -> "Ratio":
        """The ratio of rounds that took turns; both have as many."""
        ratios = [mine / other for mine, other in zip(ours, others, strict=True)]
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.median:.2f}× ({self.least:.2f} … {self.greatest:.2f})"


@dataclass(frozen=True, slots=True)
class Bar:
    """At least so many times the rate of a peer in a case; without a peer, of each round's best."""

    case: str
    peer: str | None
    least: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bar, and where this server is."""

    bar: Bar
    ratio: Ratio

    @property
    def is_met(self) -> bool:
        """Whether the median reaches the bar."""
        return self.ratio.median >= self.bar.least

    @property
    def cells(self) -> tuple[str, ...]:
        """The table's row."""
        met = "pass" if self.is_met else "**miss**"
        peer = self.bar.peer or "the best of them"
        return self.bar.case, peer, f"{self.bar.least:.1f}×", str(self.ratio), met


#: What the design demands.
BARS = (
    Bar("ONE", POSTGRAPHILE, 1.0),
    Bar("LIST", POSTGRAPHILE, 1.5),
    Bar("ONE", STOCK, 12.0),
    Bar("LIST", STOCK, 12.0),
    *(Bar(case, None, 0.8) for case in ("ONE", "LIST", "PAGE", "DEEP", "ENTITIES", "MUTATION")),
)


def ratio(rates: Rates, case: str, peer: str | None) -> Ratio | None:
    """Ours by the peer's in a case, or by the best peer's of each round; None if not measured."""
    measured = rates.get(case, {})
    if peer is not None:
        others = measured.get(peer)
    else:
        of_peers = [measured[name] for name in PEERS if name in measured]
        others = [max(each) for each in zip(*of_peers, strict=True)]
    return Ratio.of(measured[OURS], others) if others else None


def verdicts(rates: Rates, bars: Iterable[Bar] = BARS) -> list[Verdict]:
    """A verdict on each bar whose case and peer were measured."""
    found = ((bar, ratio(rates, bar.case, bar.peer)) for bar in bars)
    return [Verdict(bar, each) for bar, each in found if each is not None]
