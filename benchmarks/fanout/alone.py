"""The comparison on a PostgreSQL of its own."""

import asyncio
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.events.crowds import raise_file_limit
from benchmarks.events.logs import Server
from benchmarks.fanout.report import Row
from benchmarks.fanout.rounds import measured
from domain.kernel.embedded_postgres import embedded_postgres
from migrations.migrate import migrate

_TEMPLATE = "fanout_template"


def measured_alone(folder: Path) -> list[Row]:
    """All rows, with the database and the servers' files in the folder."""
    raise_file_limit()
    with embedded_postgres(folder / "fanout", _TEMPLATE) as url:
        asyncio.run(migrate(url))
        return asyncio.run(measured(Server(_beside(url), _TEMPLATE), folder))


def _beside(url: str) -> str:
    # A database that somebody is connected to cannot be copied.
    return make_url(url).set(database="postgres").render_as_string(hide_password=False)
