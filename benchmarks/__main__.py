"""``python -m benchmarks``: measure the servers side by side, print the tables, write them down."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import databases, documents, report
from benchmarks.cases import CASES, Case
from benchmarks.fanout.alone import measured_alone
from benchmarks.fanout.report import lines
from benchmarks.peers import npm
from benchmarks.peers.servers import PEERS, Peer
from benchmarks.report import Report
from benchmarks.run import Bench
from benchmarks.sizes import FULL, QUICK, Size
from domain.kernel.logging import configure_logging


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the arguments choose; all of it at full length goes into the document."""
    chosen = _parser().parse_args(arguments)
    configure_logging(level="ERROR")
    cases = [each for each in CASES if chosen.cases is None or each.name in chosen.cases]
    peers = [each for each in PEERS if chosen.peers is None or _short(each) in chosen.peers]
    if any(each.dialect == "postgraphile" or _short(each) == "apollo" for each in peers):
        npm.install()
    size = QUICK if chosen.quick else FULL
    with tempfile.TemporaryDirectory(prefix="isp-graph-bench-") as name:
        folder = Path(name)
        with databases.server(folder / "database") as url:
            found = asyncio.run(_measured(url, folder, size, peers, cases))
        is_whole = size is FULL and len(cases) == len(CASES) and len(peers) == len(PEERS)
        if is_whole:
            # What takes long must not be lost with what follows it.
            _write(found)
            _tell("Now one event to many sockets, beside graphql-ws on Node.")
            found.more += ["### Fan-out", "\n".join(lines(measured_alone(folder)))]
            _write(found)
    _tell(f"\n{found.text()}")


def _write(found: Report) -> None:
    documents.replace(report.DOCUMENT, report.BEGIN, report.END, found.text())


async def _measured(
    url: str, folder: Path, size: Size, peers: Sequence[Peer], cases: Sequence[Case]
) -> Report:
    begun = time.monotonic()

    def tell(line: str) -> None:
        _tell(f"{time.monotonic() - begun:5.0f} s  {line}")

    async with databases.filled(url, size.customers) as database:
        tell(f"{size.customers:,} customers are in the database.")
        return await Bench(database, size, folder, tell).run(peers, cases)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="two rounds of a second; nothing is written"
    )
    parser.add_argument(
        "--cases", type=_names(each.name for each in CASES), help="only these, like ONE,LIST"
    )
    parser.add_argument(
        "--peers", type=_names(map(_short, PEERS)), help="only these, like postgraphile,stock"
    )
    return parser


def _names(known: Iterable[str]) -> Callable[[str], set[str]]:
    names = set(known)

    def parsed(text: str) -> set[str]:
        chosen = set(text.split(","))
        if not chosen <= names:
            raise argparse.ArgumentTypeError(f"must be some of {', '.join(sorted(names))}")
        return chosen

    return parsed


def _short(peer: Peer) -> str:
    return peer.name.split()[0].lower()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
