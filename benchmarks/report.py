"""The tables of ``docs/benchmarks.md``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from statistics import median

import orjson

from benchmarks import footprint, growth
from benchmarks.bars import OURS, PEERS, Rates, ratio, verdicts
from benchmarks.cases import Case
from benchmarks.documents import machine, shown, table
from benchmarks.footprint import Footprint
from benchmarks.growth import Growth
from benchmarks.peers import npm
from benchmarks.rounds import Result
from benchmarks.sizes import Size

BEGIN = "<!-- numbers: written by make bench -->"
END = "<!-- end of numbers -->"
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(slots=True)
class Report:
    """All that was measured."""

    size: Size
    postgres: str
    #: Values in one answer, by case.
    values: dict[str, int] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    #: Two workers beside one, in turns.
    worked: list[Result] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    #: Parts of others, each with its heading.
    more: list[str] = field(default_factory=list)

    @property
    def rates(self) -> Rates:
        """Requests a second by case, server and round."""
        rates: dict[str, dict[str, Sequence[float]]] = {}
        for result in self.results:
            rates.setdefault(result.case.name, {})[result.name] = result.rates
        return rates

    def text(self) -> str:
        """The Markdown between the markers."""
        parts = [
            _conditions(self.size, self.postgres),
            *_part("Ratios", _ratios(self.rates)),
            *_part("Bars", _bars(self.rates)),
            *_part("Cases", _cases(self.results, self.values)),
            *_part("Absolute figures", absolute(self.results)),
            *_part("Two workers", absolute(self.worked) if self.worked else ""),
            *_part("Growth", _growth(self.growth)),
            *_part("Start and memory", table(footprint.HEAD, (f.row for f in self.footprints))),
            *self.more,
        ]
        return "\n\n".join(parts)


def _part(heading: str, text: str) -> list[str]:
    return [f"### {heading}", text] if text else []


def _growth(grown: Sequence[Growth]) -> str:
    return table(growth.HEAD, (each.row for each in grown)) if grown else ""


def _conditions(size: Size, postgres: str) -> str:
    return (
        f"{machine()}, everything on this one machine. PostgreSQL {postgres} with its defaults "
        f"(every commit on disk), over one Unix socket; Python {python_version()}, Strawberry "
        f"{version('strawberry-graphql')}, graphql-core {version('graphql-core')}, SQLAlchemy "
        f"{version('sqlalchemy')}, uvicorn {version('uvicorn')}; Node {npm.version()}, "
        f"{_locked('postgraphile')}, {_locked('@apollo/server')}, {_locked('dataloader')}, "
        f"{_locked('pg')}. {size.customers:,} customers; {size.connections} connections, each "
        f"sending its next request when it has its answer; {size.rounds} rounds of "
        f"{size.seconds:g} s a server and case, in turns, behind a warm-up."
    )


def _ratios(rates: Rates) -> str:
    cells = [
        [case, *(str(ratio(rates, case, peer) or "") for peer in (*PEERS, None))] for case in rates
    ]
    return table([f"requests/s of {OURS} ÷ of …", *PEERS, "the best of them"], cells)


def _bars(rates: Rates) -> str:
    return table(
        ["case", "beside", "at least", "measured", ""], (each.cells for each in verdicts(rates))
    )


def _cases(results: Sequence[Result], values: dict[str, int]) -> str:
    cases: dict[str, Case] = {result.case.name: result.case for result in results}
    cells = [[name, case.what, f"{values[name]:,}"] for name, case in cases.items()]
    return table(["case", "what is asked for", "values in an answer"], cells)


def absolute(results: Sequence[Result]) -> str:
    """For information: they change with the machine."""
    head = ["case", "server", "requests/s", "p50 ms", "p99 ms"]
    head += ["KiB an answer", "CPU ms of the server", "of PostgreSQL"]
    return table(head, (_cells(result) for result in results))


def _cells(result: Result) -> list[str]:
    least, greatest = min(result.rates), max(result.rates)
    figures = [
        result.median(lambda each: each.told.p50),
        result.median(lambda each: each.told.p99),
        result.median(lambda each: each.told.octets / 1024),
        result.median(lambda each: each.server_cpu),
        result.median(lambda each: each.database_cpu),
    ]
    rate = f"{shown(median(result.rates))} ({shown(least)} … {shown(greatest)})"
    return [result.case.name, result.name, rate, *map(shown, figures)]


def _locked(package: str) -> str:
    lock = orjson.loads((npm.FOLDER / "package-lock.json").read_bytes())
    return f"{package} {lock['packages'][f'node_modules/{package}']['version']}"
