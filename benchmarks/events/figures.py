"""Measured figures, and the table of them in ``docs/operating.md``."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import documents
from benchmarks.documents import shown

BEGIN = "<!-- numbers: written by make bench-events -->"
END = "<!-- end of numbers -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, once a round; ``unit`` is of every value."""

    what: str
    unit: str
    values: tuple[float, ...]

    @property
    def row(self) -> str:
        """The table's row: the median, and the least and greatest."""
        least, greatest = min(self.values), max(self.values)
        spread = f"{shown(least)} … {shown(greatest)}" if len(self.values) > 1 else ""
        return f"| {self.what} | {shown(statistics.median(self.values))} {self.unit} | {spread} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure], conditions: str) -> str:
    """The Markdown between the markers."""
    rows = [figure.row for figure in figures]
    head = ["| measured | median | least … greatest round |", "|---|---|---|"]
    return "\n".join([conditions, "", *head, *rows])


def conditions(server: str, rounds: int) -> str:
    """The line that says where, with what and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; Python "
        f"{platform.python_version()}, PostgreSQL {server} with its defaults (every commit on "
        f"disk), everything on this one machine; {rounds} rounds behind a warm-up, "
        f"{datetime.now(UTC):%Y-%m-%d}."
    )


def write(document: Path, text: str) -> None:
    """Put the table between the document's markers. Raises ``ValueError`` if it has none."""
    documents.replace(document, BEGIN, END, text)
