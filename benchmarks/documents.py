"""What all benchmarks write: figures as people read them, the machine, a document's table."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path


def shown(value: float) -> str:
    """Three significant digits, none that mean nothing: 3,860 · 41.2 · 0.53."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def machine() -> str:
    """Cores, processor, memory and system, and the day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, "
        f"{platform.system()}"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def replace(document: Path, begin: str, end: str, text: str) -> None:
    """
    Put the text between two markers of the document.

    Raises:
        ValueError: the document has no such markers.
    """
    before, found, rest = document.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{document} has no place for the numbers")
    document.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
