"""The commands for accounts of people and of programs; each imports what it does when it is run."""

from typing import Annotated

import typer

from domain.identity.account_roles import AccountRole
from domain.kernel.access import Permission
from graph.cli.environment import console

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff and of resellers' people.")
service_app = typer.Typer(no_args_is_help=True, help="Accounts of programs.")

Email = Annotated[str, typer.Argument(help="Address that the person signs in with.")]
Name = Annotated[str, typer.Argument(help="Name of the service account, its client_id.")]
Scopes = Annotated[list[Permission], typer.Option(help="Permission; repeatable.")]
PasswordFromInput = Annotated[
    bool, typer.Option(help="Read the password from standard input instead of making one.")
]


@app.command("create")
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    role: Annotated[AccountRole, typer.Option(help="Role.", case_sensitive=False)],
    reseller: Annotated[int | None, typer.Option(help="Reseller id, for role reseller.")] = None,
    password_stdin: PasswordFromInput = False,
) -> None:
    """Create an account and print its password, if one was made for it."""
    from graph.cli import managing

    password = managing.password(from_input=password_stdin)
    number = managing.create_account(email, name, role, reseller, password)
    console.print(f"Account {number} was created. It signs in as {email}.")
    managing.show(password, was_made=not password_stdin)


@app.command("list")
def list_accounts() -> None:
    """Print the accounts as JSON lines."""
    from graph.cli import managing

    managing.print_accounts()


@app.command("disable")
def disable(email: Email) -> None:
    """Let an account not sign in any more, and end its sign-ins."""
    from graph.cli import managing

    managing.update_account(email, is_active=False)
    console.print(f"{email} is disabled and signed out.")


@app.command("enable")
def enable(email: Email) -> None:
    """Let a disabled account sign in again."""
    from graph.cli import managing

    managing.update_account(email, is_active=True)
    console.print(f"{email} may sign in.")


@app.command("reset-password")
def reset_password(email: Email, password_stdin: PasswordFromInput = False) -> None:
    """Give an account a new password, end its sign-ins, and print it, if one was made for it."""
    from graph.cli import managing

    password = managing.password(from_input=password_stdin)
    managing.update_account(email, password=password)
    console.print(f"{email} has a new password and is signed out.")
    managing.show(password, was_made=not password_stdin)


@service_app.command("create")
def create_service_account(
    name: Name,
    scope: Scopes,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
) -> None:
    """Create a service account and print its client_secret, which is not shown again."""
    from graph.cli import managing

    typer.echo(managing.create_service_account(name, scope, description))


@service_app.command("list")
def list_service_accounts() -> None:
    """Print the service accounts as JSON lines."""
    from graph.cli import managing

    managing.print_service_accounts()


@service_app.command("rotate")
def rotate(name: Name) -> None:
    """Print a new client_secret; the old one and its tokens are good no more."""
    from graph.cli import managing

    typer.echo(managing.rotate_secret(name))


@service_app.command("disable")
def disable_service_account(name: Name) -> None:
    """Let a program have no tokens; those that it has are good no more."""
    from graph.cli import managing

    managing.update_service_account(name, is_active=False)
    console.print(f"{name} is disabled.")


@service_app.command("enable")
def enable_service_account(name: Name) -> None:
    """Let a disabled program have tokens again."""
    from graph.cli import managing

    managing.update_service_account(name, is_active=True)
    console.print(f"{name} may have tokens.")
