"""The commands for what the database keeps sealed; each imports what it does when it is run."""

import asyncio

import typer

from graph.cli.environment import database_url, load_settings

app = typer.Typer(no_args_is_help=True, help="The secrets that the database keeps sealed.")


@app.command()
def status() -> None:
    """Print how many rows need which key, by its name; exit 1 if a key is missing."""
    from graph.cli import sealed

    settings = load_settings()
    with database_url(settings) as url:
        is_whole = asyncio.run(sealed.tell(url, settings))
    raise typer.Exit(0 if is_whole else 1)


@app.command()
def rotate() -> None:
    """Seal everything under the first key, while servers run; exit 1 if a key is missing."""
    from graph.cli import sealed

    settings = load_settings()
    with database_url(settings) as url:
        is_whole = asyncio.run(sealed.rotate(url, settings))
    raise typer.Exit(0 if is_whole else 1)
