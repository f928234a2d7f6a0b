"""Trusted documents, looked at before they are deployed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.environment import console, load_settings

if TYPE_CHECKING:
    from graph.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Trusted documents.")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Where they are; ISP_GRAPH_TRUSTED_DOCUMENTS if left out.")
    ] = None,
) -> None:
    """Hold every document against the schema: a line each with its id; exit 1 if one is bad."""
    from graph.admission import trusted_in
    from graph.trusted.folder import PREFIX, BadDocuments

    chosen = folder or load_settings().trusted_documents
    if chosen is None:
        raise typer.BadParameter("name a folder, or set ISP_GRAPH_TRUSTED_DOCUMENTS")
    try:
        trusted = trusted_in(chosen)
    except BadDocuments as bad:
        _tell(bad.problems)
        raise typer.Exit(1) from None
    for each in trusted:
        names = ", ".join(name or "(no name)" for name in each.operations)
        typer.echo(f"{PREFIX}{each.sha256}  {each.place}  {names}")


def ensure_good(settings: "Settings") -> None:
    """End the command, with every file and reason, if a trusted document is bad."""
    from graph.admission import trusted_in
    from graph.trusted.folder import BadDocuments

    if settings.trusted_documents is None:
        return
    try:
        trusted_in(settings.trusted_documents)
    except BadDocuments as bad:
        _tell(bad.problems)
        raise typer.Exit(2) from None


def _tell(problems: list[str]) -> None:
    for problem in problems:
        console.print("[red]Trusted documents:[/red]", end=" ")
        # Foreign text: no markup in it, and no line of it is broken.
        console.print(problem, markup=False, soft_wrap=True)
