"""The comparison of fan-out runs: both servers tell the same, and every figure is there."""

import os
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.events.logs import Server
from benchmarks.fanout.report import HEAD, Row, lines
from benchmarks.fanout.rounds import TINY, measured
from tests.support.postgres import SERVER_URL, TEMPLATE


async def test_both_servers_tell_the_same_event_to_as_many(tmp_path: Path):
    url = make_url(os.environ[SERVER_URL]).set(database="postgres")
    server = Server(url.render_as_string(hide_password=False), TEMPLATE)

    rows = await measured(server, tmp_path, TINY)

    assert [row.what for row in rows] == [
        "known to the process → the last socket",
        "committed (ours), published (peer) → the last socket",
        "CPU of the server for delivery",
        "CPU of the server in all (ours: with commit, log and its readers)",
        "CPU of the server for a quiet socket",
        "memory of the server for a socket",
    ]


def test_the_table_tells_how_many_times_as_much_the_peer_takes():
    row = Row(5000, "CPU", "ms", 100.0, 301.0)

    assert lines([row]) == [*HEAD, "| 5,000 | CPU | 100 ms | 301 ms | 3.01 |"]
