"""
What every command needs: settings told clearly when wrong, and a database to work on.

Each is imported when it is asked for: help comes at once.
"""

import asyncio
import contextlib
import getpass
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.console import Console

from domain.kernel.access import Actor, Role, staff
from domain.kernel.errors import DomainError

if TYPE_CHECKING:
    from domain.kernel.database import Database
    from graph.settings import Settings

#: For people: progress and addresses. Standard output is for what a command was asked for.
console = Console(stderr=True, highlight=False)

T = TypeVar("T")


def load_settings(*, demo: bool = False) -> "Settings":
    """The settings; a wrong one ends the command with its name and what was expected."""
    from pydantic import ValidationError

    from domain.kernel.logging import configure_logging
    from graph.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            console.print(f"[red]Setting {name}:[/red] {problem['msg']}")
        raise typer.Exit(2) from None
    if demo:
        settings = settings.model_copy(update={"demo": True})
    configure_logging(level=settings.log_level, json=settings.log_format == "json")
    return settings


def days(text: str) -> int:
    """A number of days as commands take it: ``90d``."""
    match = re.fullmatch(r"([0-9]{1,5})d", text)
    if match is None:
        raise typer.BadParameter("must be a number of days, like 90d")
    return int(match[1])


@contextlib.contextmanager
def database_url(settings: "Settings") -> Iterator[str]:
    """The configured database, or the embedded one for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from domain.kernel.embedded_postgres import embedded_postgres

    with embedded_postgres(settings.data) as url:
        yield url


@contextlib.asynccontextmanager
async def database_at(url: str) -> AsyncIterator["Database"]:
    """A database door for one command, with patience for bulk work."""
    from domain.kernel.database import Database, create_engine

    database = Database(create_engine(url, pool_size=4, statement_timeout="0"))
    try:
        yield database
    finally:
        await database.dispose()


def operator() -> Actor:
    """The person at the keyboard, as the event log and the audit log will tell."""
    return staff(Role.ADMIN, f"staff:cli-{getpass.getuser()}")


def done(work: Callable[["Database"], Awaitable[T]]) -> T:
    """What the work on the database gave; a refusal ends the command with its reason."""

    async def run(url: str) -> T:
        async with database_at(url) as database:
            return await work(database)

    try:
        with database_url(load_settings()) as url:
            return asyncio.run(run(url))
    except DomainError as refusal:
        console.print(f"[red]{refusal.message}[/red]")
        raise typer.Exit(1) from None
