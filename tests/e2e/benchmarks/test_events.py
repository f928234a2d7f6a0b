"""The benchmark runs: every figure is there, whatever its value on a busy machine."""

import os
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from benchmarks.events import figures
from benchmarks.events.figures import Figure
from benchmarks.events.logs import Server
from benchmarks.events.run import measure_all
from benchmarks.events.sizes import TINY
from tests.support.postgres import SERVER_URL, TEMPLATE


async def test_every_figure_is_measured(tmp_path: Path):
    told: list[str] = []
    url = make_url(os.environ[SERVER_URL]).set(database="postgres")
    server = Server(url.render_as_string(hide_password=False), TEMPLATE)

    measured = await measure_all(server, TINY, tmp_path, tell=told.append)

    assert [figure.what for figure in measured] == [
        "append, no order (readers by id, unsafe): the ceiling",
        "append, positions given by the relay (this system)",
        "… of the ceiling, round by round",
        "append, positions under a lock held to the end of each transaction",
        "… of the ceiling, round by round",
        "events that the ceiling's reader lost",
        "relay: positions given to a backlog",
        "handlers: deliveries done, one process, ordered",
        "event written → a reader in the process, p50, at 50 changes/s",
        "event written → a reader in the process, p99, at 50 changes/s",
        "event written → a socket, p50, at 50 changes/s",
        "event written → a socket, p99, at 50 changes/s",
        "catching up from a cursor through one socket",
        "5 sockets: event written → half of them",
        "5 sockets: event written → the last of them",
        "5 sockets: CPU of the server per delivery",
        "5 sockets: CPU of the server to open one and subscribe",
        "5 sockets: memory of the server per socket",
    ]
    assert told == [figure.row for figure in measured]


class TestTheTable:
    def test_shows_the_median_and_the_spread(self):
        figure = Figure("relay", "events/s", (41_300.4, 38_900.0, 0.534))

        assert figure.row == "| relay | 38,900 events/s | 0.53 … 41,300 |"

    def test_replaces_what_stood_between_the_markers_and_nothing_else(self, tmp_path: Path):
        document = tmp_path / "operating.md"
        document.write_text(f"before\n{figures.BEGIN}\nold\n{figures.END}\nafter\n")

        figures.write(document, figures.table([Figure("x", "ms", (1.0,))], "Here."))

        assert document.read_text() == (
            f"before\n{figures.BEGIN}\n\nHere.\n\n| measured | median | least … greatest round |\n"
            f"|---|---|---|\n| x | 1.00 ms |  |\n\n{figures.END}\nafter\n"
        )

    def test_is_not_written_into_a_document_without_a_place_for_it(self, tmp_path: Path):
        document = tmp_path / "operating.md"
        document.write_text("nothing here\n")

        with pytest.raises(ValueError, match="no place"):
            figures.write(document, "x")
