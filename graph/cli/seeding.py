"""Demo data with a progress bar."""

import asyncio
from dataclasses import replace

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.demo.seed import SeedReport, seed
from domain.kernel.database import Database
from graph.cli.environment import console, database_at
from graph.handlers import attach_handlers
from subscriptions.deliveries import register
from subscriptions.event_bus import Registry
from subscriptions.relay import assign_positions


def seed_with_progress(url: str, customers: int) -> None:
    """Load demo data once and tell how it went."""
    report = asyncio.run(_seed(url, customers))
    if report.loaded:
        console.print(f"Demo data loaded: {report.summary()}.")
    else:
        console.print("The database has customers already: no demo data loaded.")


async def _seed(url: str, customers: int) -> SeedReport:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, int] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        async with database_at(url) as database:
            report = await seed(database, customers=customers, progress=progress)
            if report.loaded:
                await _settle(database)
            return report


async def _settle(database: Database) -> None:
    """Demo data is what the handlers would have made of its events: they start behind them."""
    while (await assign_positions(database))[0]:
        pass
    registry = Registry()
    await attach_handlers(registry)
    consumers = (await registry.consumers()).values()
    await register(database, *(replace(consumer, replays=False) for consumer in consumers))
