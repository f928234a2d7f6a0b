"""What every command needs: settings told clearly when wrong, and a database to work on."""

import contextlib
from collections.abc import AsyncIterator, Iterator

import typer
from pydantic import ValidationError
from rich.console import Console

from domain.kernel.database import Database, create_engine
from domain.kernel.embedded_postgres import embedded_postgres
from domain.kernel.logging import configure_logging
from graph.settings import Settings

#: For people: progress and addresses. Standard output is for what a command was asked for.
console = Console(stderr=True, highlight=False)


def load_settings(*, demo: bool = False) -> Settings:
    """The settings; a wrong one ends the command with its name and what was expected."""
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


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The configured database, or the embedded one for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with embedded_postgres(settings.data) as url:
        yield url


@contextlib.asynccontextmanager
async def database_at(url: str) -> AsyncIterator[Database]:
    """A database door for one command, with patience for bulk work."""
    database = Database(create_engine(url, pool_size=4, statement_timeout="0"))
    try:
        yield database
    finally:
        await database.dispose()
