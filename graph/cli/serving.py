"""Serving: the embedded database around it, one process or several, and a clean stop."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import ChangeReload, Multiprocess

from domain.identity.tokens import Tokens
from domain.kernel.logging import configure_logging
from graph.app import create_app
from graph.cli.environment import console, database_url
from graph.cli.seeding import seed_with_progress
from graph.explorer import demo_tokens
from graph.settings import Settings
from graph.transport.listening import listening_sockets
from graph.transport.protocols import server_config
from migrations.migrate import migrate

_FACTORY = "graph.cli.serving:app_from_environment"


@dataclass(frozen=True, slots=True)
class Listener:
    """Where and how to serve."""

    host: str
    port: int
    workers: int
    reload: bool


def serve(settings: Settings, listener: Listener, *, demo_customers: int | None) -> None:
    """Start the database if it is embedded, migrate, load demo data if asked for, and serve."""
    # uvicorn raises the signal again once it has stopped: the database must still be stopped then.
    signal.signal(signal.SIGTERM, _exit)
    sockets = _sockets(listener)
    with database_url(settings) as url:
        asyncio.run(migrate(url))
        if demo_customers is not None:
            seed_with_progress(url, demo_customers)
        _introduce(settings, listener.host, sockets[0].getsockname()[1])
        # Ctrl-C has stopped the server by the time it comes here.
        with contextlib.suppress(KeyboardInterrupt):
            _run(settings, listener, url, sockets)


def app_from_environment() -> Starlette:
    """The application of a worker process: its parent has put everything into the environment."""
    settings = Settings()
    configure_logging(level=settings.log_level, json=settings.log_format == "json")
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set")
    app = create_app(settings, settings.database_url.get_secret_value())
    _spare_the_collector()
    return app


def _sockets(listener: Listener) -> list[socket.socket]:
    try:
        return listening_sockets(listener.host, listener.port)
    except OSError as error:
        console.print(f"[red]Cannot listen on {listener.host}:{listener.port}:[/red] {error}")
        sys.exit(1)


def _run(settings: Settings, listener: Listener, url: str, sockets: list[socket.socket]) -> None:
    if listener.workers == 1 and not listener.reload:
        app = create_app(settings, url)
        _spare_the_collector()
        uvicorn.Server(server_config(app)).run(sockets)
        return
    os.environ["DATABASE_URL"] = url
    os.environ["ISP_GRAPH_DEMO"] = str(settings.demo)
    if settings.broadcast_url.get_secret_value().startswith("memory:"):
        # Several processes wake each other up through the database they share.
        os.environ["BROADCAST_URL"] = url.replace("postgresql+asyncpg://", "postgresql://")
    config = server_config(_FACTORY, factory=True, workers=listener.workers, reload=listener.reload)
    if listener.reload:
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=sockets).run()
    else:
        Multiprocess(config, sockets=sockets).run()


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what stays anyway, and look less often."""
    gc.collect()
    gc.freeze()
    # With thousands of sockets, collections at the usual pace cost a quarter of each delivery.
    gc.set_threshold(50_000, 20, 20)


def _introduce(settings: Settings, host: str, port: int) -> None:
    address = f"http://{host}:{port}"
    console.print(f"\n[bold]isp-graph[/bold] serves on {address}")
    console.print(f"  GraphQL       {address}/graphql   (POST, SSE, WebSocket)")
    console.print(f"  REST          {address}/api/openapi.json")
    console.print(f"  Health        {address}/healthz  {address}/readyz")
    if settings.shows_explorer:
        console.print(f"  GraphiQL      {address}/graphql   (in a browser)")
    if not settings.demo:
        return
    console.print("\nDemo tokens (12 hours):")
    for entry in demo_tokens(Tokens(settings.token_secrets(), settings.jwks_file)):
        console.print(f"  {entry['label']:<12}  {entry['token']}", soft_wrap=True)
    console.print()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
