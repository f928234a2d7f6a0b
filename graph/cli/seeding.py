"""Demo data with a progress bar."""

import asyncio

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.demo.seed import SeedReport, seed
from graph.cli.environment import console, database_at


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
            return await seed(database, customers=customers, progress=progress)
