"""
This server, as ``isp-graph serve`` runs it: ``python -m benchmarks.fanout.ours <port>``.

A line on standard input is an event that is committed; standard output tells when it was written,
when its commit was done, and when the hub had read it (seconds since 1970).
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import uvicorn

from domain.customer.events import EmailVerified
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent
from domain.kernel.logging import configure_logging
from graph.app import Application
from graph.cli.serving import app_from_environment
from graph.transport.listening import listening_sockets
from graph.transport.protocols import server_config


def tell(**line: Any) -> None:
    """One line for who started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def announce(database: Database) -> None:
    """A fact that no module of this system waits for: what is measured is telling it."""
    event = EmailVerified(customer_id=1, email="a@example.com", verified_at=datetime.now(UTC))
    written_at = time.time()
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(event)
    tell(written_at=written_at, committed_at=time.time())


async def obey(database: Database) -> None:
    """Announce an event for each line."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        await announce(database)


async def serve(port: int) -> None:
    """Serve until standard input ends."""
    app = app_from_environment()
    configure_logging(level="ERROR")
    application: Application = app.state.application

    def note(event: LoggedEvent) -> None:
        tell(position=event.position, read_at=time.time())

    application.services.stream.hub.on_event(note)
    server = uvicorn.Server(server_config(app))
    serving = asyncio.create_task(server.serve(listening_sockets("127.0.0.1", port)))
    await obey(application.services.database)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=server_config("").get_loop_factory()) as runner:
        runner.run(serve(int(sys.argv[1])))
