"""The comparison as a table: what was measured of each, and how many times less ours is."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.events.figures import shown


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of both at one number of sockets; ``unit`` is of both, and less is better."""

    sockets: int
    what: str
    unit: str
    ours: float
    peer: float

    @property
    def ratio(self) -> float:
        """How many times as much the peer's is."""
        return self.peer / self.ours if self.ours > 0 else 0.0


HEAD = (
    "| sockets | one event | isp-graph | graphql-ws on Node | peer ÷ ours |",
    "|---|---|---|---|---|",
)


def lines(rows: Sequence[Row]) -> list[str]:
    """The table in Markdown."""
    return [*HEAD, *(_line(row) for row in rows)]


def _line(row: Row) -> str:
    ours, peer = f"{shown(row.ours)} {row.unit}", f"{shown(row.peer)} {row.unit}"
    return f"| {row.sockets:,} | {row.what} | {ours} | {peer} | {row.ratio:.2f} |"
