"""The commands for dead letters and replays; each imports what it does when it is run."""

from typing import Annotated

import typer

from graph.cli.environment import console

app = typer.Typer(help="Events that handlers have given up.")

Consumer = Annotated[str, typer.Argument(help="Name of the consumer.")]


@app.callback(invoke_without_command=True)
def dead_letters(
    context: typer.Context,
    consumer: Annotated[str | None, typer.Option(help="Only those of this consumer.")] = None,
) -> None:
    """Print dead letters as JSON lines, newest first."""
    if context.invoked_subcommand is None:
        from graph.cli import deliveries

        deliveries.print_dead_letters(consumer)


@app.command()
def redrive(
    consumer: Consumer,
    position: Annotated[
        list[int] | None, typer.Argument(help="Positions; all of its dead letters if left out.")
    ] = None,
) -> None:
    """Have dead letters tried again."""
    from graph.cli import deliveries

    redriven = deliveries.redrive(consumer, position or [])
    console.print(f"{redriven} dead letters are tried again by the running servers.")


@app.command()
def discard(
    consumer: Consumer,
    position: Annotated[list[int], typer.Argument(help="Positions.")],
    reason: Annotated[str, typer.Option(help="Why, for the event log.")],
) -> None:
    """Give dead letters up for good."""
    from graph.cli import deliveries

    console.print(f"{deliveries.discard(consumer, position, reason)} dead letters were given up.")


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
    from graph.cli import deliveries

    told = deliveries.replay(consumer, after)
    console.print(
        f"{consumer} is back from {told.position} to {told.after}; {told.dropped} deliveries were "
        f"dropped ({told.dead} dead letters) and will be opened anew."
    )
