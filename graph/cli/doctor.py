"""What is configured, and what answers."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from rich.table import Table
from sqlalchemy import text

from domain.kernel.database import Database
from domain.kernel.vault import Vault
from graph.cli.environment import console, database_at
from graph.cli.sealed import missing_keys
from graph.explorer import STATIC
from graph.settings import Settings
from migrations.migrate import newest_revision
from subscriptions.brokers.urls import ask

_PATIENCE_SECONDS = 5


class _Unwell(Exception):
    """A check failed; the message says how."""


async def diagnose(settings: Settings, url: str) -> bool:
    """Print a line per part; whether all are well."""
    table = Table("part", "configured", "answer", title="isp-graph doctor")
    healthy = True
    async with database_at(url) as database:
        for part, configured, check in _checks(settings, database):
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    answer = f"[green]{await check()}[/green]"
            except Exception as error:
                healthy = False
                reason = str(error) if isinstance(error, _Unwell) else type(error).__name__
                answer = f"[red]{reason}[/red]"
            table.add_row(part, configured, answer)
    console.print(table)
    return healthy


def _checks(
    settings: Settings, database: Database
) -> list[tuple[str, str, Callable[[], Awaitable[str]]]]:
    async def server() -> str:
        return f"PostgreSQL {await _scalar(database, 'show server_version')}"

    async def revision() -> str:
        found = await _scalar(database, "select version_num from alembic_version")
        if found != newest_revision():
            raise _Unwell(f"at {found}, newest is {newest_revision()}: run isp-graph migrate")
        return found

    async def broker() -> str:
        await ask(settings.broadcast_url.get_secret_value())
        return "connected"

    async def mail() -> str:
        return await _mail(settings)

    async def explorer() -> str:
        if not (STATIC / "index.html").exists():
            raise _Unwell("not built: run make explorer")
        return "built"

    shown = "DATABASE_URL" if settings.database_url else f"embedded, in {settings.data}"
    broadcast = settings.broadcast_url.get_secret_value().split("://")[0]
    return [
        ("database", shown, server),
        ("schema", "migrations", revision),
        (
            "secrets",
            "given" if settings.encryption_key else "generated",
            partial(_sealed, settings, database),
        ),
        ("wake-ups", broadcast, broker),
        ("mail", "SMTP" if settings.smtp_url else "recorded only", mail),
        ("explorer", "shown" if settings.shows_explorer else "hidden", explorer),
    ]


async def _scalar(database: Database, statement: str) -> str:
    async with database.reading() as connection:
        return str((await connection.execute(text(statement))).scalar_one())


async def _sealed(settings: Settings, database: Database) -> str:
    missing = await missing_keys(database, Vault(settings.encryption_keys()))
    if missing:
        rows = sum(missing.values())
        raise _Unwell(f"{rows} need a key that is missing: {', '.join(sorted(missing))}")
    return "all can be opened"


async def _mail(settings: Settings) -> str:
    if settings.smtp_url is None:
        return "nothing is sent"
    parts = urlsplit(settings.smtp_url.get_secret_value())
    _, writer = await asyncio.open_connection(parts.hostname, parts.port or 25)
    writer.close()
    return "connected"
