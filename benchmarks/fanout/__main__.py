"""``python -m benchmarks.fanout``: the comparison by itself, on a PostgreSQL of its own."""

import sys
import tempfile
from pathlib import Path

from benchmarks.fanout.alone import measured_alone
from benchmarks.fanout.report import lines
from domain.kernel.logging import configure_logging


def main() -> None:
    """Measure, and print the table."""
    configure_logging(level="ERROR")
    with tempfile.TemporaryDirectory(prefix="isp-graph-fanout-") as name:
        found = measured_alone(Path(name))
    sys.stdout.write("\n".join(lines(found)) + "\n")


if __name__ == "__main__":
    main()
