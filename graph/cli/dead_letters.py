"""Dead letters and replays from the command line."""

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import orjson
import typer

from domain.kernel.access import Actor, Role, staff
from domain.kernel.consumers import ConsumerService
from domain.kernel.database import Database
from domain.kernel.dead_letters import MOST_LETTERS, DeadLetterService, LetterKey
from domain.kernel.delivery_events import ConsumerReplayed
from domain.kernel.delivery_queries import DeadLetter, DeadLetterFilter, dead_letter_page
from domain.kernel.errors import DomainError
from domain.kernel.paging import Slice
from graph.cli.environment import console, database_at, database_url, load_settings

app = typer.Typer(help="Events that handlers have given up.")

T = TypeVar("T")
Consumer = Annotated[str, typer.Argument(help="Name of the consumer.")]


def _operator() -> Actor:
    """Who does it, as the event log will tell."""
    return staff(Role.ADMIN, f"staff:cli-{getpass.getuser()}")


def _done(work: Callable[[Database], Awaitable[T]]) -> T:
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


@app.callback(invoke_without_command=True)
def dead_letters(
    context: typer.Context,
    consumer: Annotated[str | None, typer.Option(help="Only those of this consumer.")] = None,
) -> None:
    """Print dead letters as JSON lines, newest first."""
    if context.invoked_subcommand is not None:
        return

    async def work(database: Database) -> None:
        async for letter in _all(database, DeadLetterFilter(consumer)):
            sys.stdout.write(orjson.dumps(asdict(letter), default=str).decode() + "\n")

    _done(work)


async def _all(database: Database, asked: DeadLetterFilter) -> AsyncIterator[DeadLetter]:
    after: str | None = None
    while True:
        part = Slice.of(MOST_LETTERS, after, None, None)
        async with database.reading() as connection:
            page = await dead_letter_page(connection, _operator(), asked, part)
        for letter in page.items:
            yield letter
        if not page.has_next_page:
            return
        after = page.cursors[-1]


@app.command()
def redrive(
    consumer: Consumer,
    position: Annotated[
        list[int] | None, typer.Argument(help="Positions; all of its dead letters if left out.")
    ] = None,
) -> None:
    """Have dead letters tried again."""

    async def work(database: Database) -> int:
        letters, total = DeadLetterService(), 0
        while True:
            async with database.unit_of_work(_operator()) as session:
                if position:
                    keys = [LetterKey(consumer, each) for each in position]
                    return await letters.redrive(session, keys)
                redriven = await letters.redrive_all(session, consumer)
            total += redriven
            if redriven < MOST_LETTERS:
                return total

    console.print(f"{_done(work)} dead letters are tried again by the running servers.")


@app.command()
def discard(
    consumer: Consumer,
    position: Annotated[list[int], typer.Argument(help="Positions.")],
    reason: Annotated[str, typer.Option(help="Why, for the event log.")],
) -> None:
    """Give dead letters up for good."""

    async def work(database: Database) -> int:
        keys = [LetterKey(consumer, each) for each in position]
        async with database.unit_of_work(_operator()) as session:
            return await DeadLetterService().discard(session, keys, reason=reason)

    console.print(f"{_done(work)} dead letters were given up.")


def replay(
    consumer: Consumer,
    after: Annotated[
        int, typer.Option(min=0, help="Last position that is not to be handled again.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Set a consumer back, so that it handles every event behind a position once more."""
    if not yes:
        typer.confirm(
            f"{consumer} will handle every event behind position {after} once more. Its handler "
            "must know events again that it has handled. Go on?",
            abort=True,
            err=True,
        )

    async def work(database: Database) -> ConsumerReplayed:
        async with database.unit_of_work(_operator()) as session:
            return await ConsumerService().replay(session, consumer, after=after)

    told = _done(work)
    console.print(
        f"{consumer} is back from {told.position} to {told.after}; {told.dropped} deliveries were "
        f"dropped ({told.dead} dead letters) and will be opened anew."
    )
