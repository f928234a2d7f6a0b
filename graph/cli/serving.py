"""Serving: the embedded database around it, one process or several, and a clean stop."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from domain.identity.tokens import Tokens
from domain.kernel.logging import configure_logging
from graph.app import create_app
from graph.cli.environment import console, database_url
from graph.cli.seeding import seed_with_progress
from graph.explorer import demo_tokens
from graph.settings import Settings
from migrations.migrate import migrate

_FACTORY = "graph.cli.serving:app_from_environment"
_GRACE_SECONDS = 5


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
    with database_url(settings) as url:
        asyncio.run(migrate(url))
        if demo_customers is not None:
            seed_with_progress(url, demo_customers)
        _introduce(settings, listener)
        _run(settings, listener, url)


def app_from_environment() -> Starlette:
    """The application of a worker process: its parent has put everything into the environment."""
    settings = Settings()
    configure_logging(level=settings.log_level, json=settings.log_format == "json")
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set")
    return create_app(settings, settings.database_url.get_secret_value())


def _run(settings: Settings, listener: Listener, url: str) -> None:
    options = {
        "host": listener.host,
        "port": listener.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "ws": "websockets-sansio",
        "ws_max_size": 256 * 1024,
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }
    if listener.workers == 1 and not listener.reload:
        uvicorn.run(create_app(settings, url), **options)  # type: ignore[arg-type]
        return
    os.environ["DATABASE_URL"] = url
    os.environ["ISP_GRAPH_DEMO"] = str(settings.demo)
    if settings.broadcast_url.get_secret_value().startswith("memory:"):
        # Several processes wake each other up through the database they share.
        os.environ["BROADCAST_URL"] = url.replace("postgresql+asyncpg://", "postgresql://")
    uvicorn.run(
        _FACTORY,
        factory=True,
        workers=listener.workers,
        reload=listener.reload,
        **options,  # type: ignore[arg-type]
    )


def _introduce(settings: Settings, listener: Listener) -> None:
    address = f"http://{listener.host}:{listener.port}"
    console.print(f"\n[bold]isp-graph[/bold] serves on {address}")
    console.print(f"  GraphQL       {address}/graphql   (POST, WebSocket)")
    console.print(f"  REST          {address}/api/openapi.json")
    console.print(f"  Health        {address}/healthz  {address}/readyz")
    if settings.shows_explorer:
        console.print(f"  GraphiQL      {address}/graphql   (in a browser)")
    if not settings.demo:
        return
    console.print("\nDemo tokens (12 hours):")
    for entry in demo_tokens(Tokens(settings.signing_secret(), settings.jwks_file)):
        console.print(f"  {entry['label']:<12}  {entry['token']}", soft_wrap=True)
    console.print()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
