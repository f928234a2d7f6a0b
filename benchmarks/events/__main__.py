"""``python -m benchmarks.events``: measure everything, print the table, write it down."""

import asyncio
import sys
import tempfile
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.events import figures
from benchmarks.events.crowds import raise_file_limit
from benchmarks.events.logs import Server, dsn
from benchmarks.events.run import measure_all
from benchmarks.events.sizes import FULL
from domain.kernel.embedded_postgres import embedded_postgres
from domain.kernel.logging import configure_logging
from migrations.migrate import migrate

_TEMPLATE = "bench_template"
_DOCUMENT = Path(__file__).parents[2] / "docs" / "operating.md"


async def version(url: str) -> str:
    """The version of PostgreSQL that was measured."""
    connection = await asyncpg.connect(dsn(url))
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


def main() -> None:
    """Measure on an embedded PostgreSQL of its own."""
    raise_file_limit()
    configure_logging(level="ERROR")
    with tempfile.TemporaryDirectory(prefix="isp-graph-bench-") as name:
        folder = Path(name)
        with embedded_postgres(folder / "database", _TEMPLATE) as url:
            asyncio.run(migrate(url))
            server = Server(_beside(url), _TEMPLATE)
            measured = asyncio.run(measure_all(server, FULL, folder, tell=_tell))
            where = figures.conditions(asyncio.run(version(server.url)), FULL.rounds)
    text = figures.table(measured, where)
    figures.write(_DOCUMENT, text)
    _tell(f"\n{text}")


def _beside(url: str) -> str:
    # A database that somebody is connected to cannot be copied.
    return make_url(url).set(database="postgres").render_as_string(hide_password=False)


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
