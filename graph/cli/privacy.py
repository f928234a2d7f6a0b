"""The commands of data protection and the audit log; each imports what it does when it is run."""

import sys
from typing import Annotated

import typer

from domain.privacy.reasons import ErasureReason
from graph.cli.environment import console, days

app = typer.Typer(no_args_is_help=True, help="What is held of a customer.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")

CustomerId = Annotated[int, typer.Argument(min=1, help="Number of the customer.")]


@app.command("export")
def export(customer_id: CustomerId) -> None:
    """Print everything that is held of a customer as one JSON document, and nothing else."""
    from graph.cli import personal

    made = personal.export(customer_id)
    sys.stdout.buffer.write(made.text + b"\n")
    console.print(f"sha256 {made.sha256}")


@app.command("erase")
def erase(
    customer_id: CustomerId,
    reason: Annotated[
        ErasureReason, typer.Option(help="Ground of GDPR art. 17(1).", case_sensitive=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a customer who has left; what law keeps stays under a number."""
    from graph.cli import personal

    if not yes:
        typer.confirm(f"Customer {customer_id} cannot be brought back. Go on?", abort=True)
    console.print(f"Customer {customer_id} was erased at {personal.erase(customer_id, reason)}.")


@audit_app.command("prune")
def prune(
    older_than: Annotated[
        int, typer.Option(parser=days, metavar="DAYS", help="Age in days, like 730d.")
    ],
) -> None:
    """Remove old entries: the only way that any leaves the log."""
    from graph.cli import personal

    console.print(f"{personal.prune_audit(older_than)} entries removed.")
