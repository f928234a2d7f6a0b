"""Accounts managed from the command line, as the operator."""

import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import orjson
import typer
from sqlalchemy import select

from domain.identity import models, records
from domain.identity.accounts import AccountService
from domain.identity.commands import CreateAccount, CreateServiceAccount
from domain.identity.models import AccountRole
from domain.identity.service_accounts import ServiceAccountService
from domain.kernel.access import Permission
from domain.kernel.database import Database
from domain.kernel.records import select_record
from domain.kernel.unit_of_work import UnitOfWork
from graph.cli.environment import console, done, operator

T = TypeVar("T")


def password(*, from_input: bool) -> str:
    """A line of standard input, or a new password of 144 random bits."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    return secrets.token_urlsafe(18)


def show(password: str, *, was_made: bool) -> None:
    """Print a password that nobody else knows yet, alone on standard output."""
    if was_made:
        typer.echo(password)


def create_account(
    email: str, name: str, role: AccountRole, reseller: int | None, password: str
) -> int:
    """A new account; its number."""
    command = CreateAccount(
        email=email, display_name=name, role=role, password=password, reseller_id=reseller
    )

    async def work(session: UnitOfWork) -> int:
        return (await AccountService().create_account(session, command)).id

    return _done(work)


def update_account(email: str, **changes: Any) -> None:
    """Change the account of that address."""

    async def work(session: UnitOfWork) -> None:
        key = await _key(session, models.Account, models.Account.email == email.strip().lower())
        await AccountService().update_account(session, key, changes)

    _done(work)


def create_service_account(name: str, scopes: Sequence[Permission], description: str | None) -> str:
    """A new service account; its secret."""
    command = CreateServiceAccount(name=name, scopes=tuple(scopes), description=description)

    async def work(session: UnitOfWork) -> str:
        return (await ServiceAccountService().create(session, command))[1]

    return _done(work)


def update_service_account(name: str, **changes: Any) -> None:
    """Change the service account of that name."""

    async def work(session: UnitOfWork) -> None:
        key = await _key(session, models.ServiceAccount, models.ServiceAccount.name == name)
        await ServiceAccountService().update(session, key, changes)

    _done(work)


def rotate_secret(name: str) -> str:
    """A new secret of the service account of that name."""

    async def work(session: UnitOfWork) -> str:
        key = await _key(session, models.ServiceAccount, models.ServiceAccount.name == name)
        return (await ServiceAccountService().rotate_secret(session, key))[1]

    return _done(work)


def print_accounts() -> None:
    """A line of JSON for each account."""
    _print_all(records.Account, models.Account)


def print_service_accounts() -> None:
    """A line of JSON for each service account; never its secret."""
    _print_all(records.ServiceAccount, models.ServiceAccount)


def _print_all(record: type[Any], model: Any) -> None:
    async def work(session: UnitOfWork) -> list[Any]:
        rows = await session.execute(select_record(record, model).order_by(model.id))
        return [record(*row) for row in rows]

    found = _done(work)
    for each in found:
        typer.echo(orjson.dumps(asdict(each)).decode())
    console.print(f"{len(found)} accounts.")


async def _key(session: UnitOfWork, model: Any, which: Any) -> int:
    key = await session.scalar(select(model.id).where(which))
    if key is None:
        console.print("[red]There is no such account.[/red]")
        raise typer.Exit(1)
    return int(key)


def _done(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """The work in one transaction."""

    async def in_transaction(database: Database) -> T:
        async with database.unit_of_work(operator()) as session:
            return await work(session)

    return done(in_transaction)
