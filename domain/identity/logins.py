"""Logins: who may sign in by a name now, be it a customer or a person with an account."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.customer.models import Customer, CustomerStatus
from domain.identity.models import Account
from domain.kernel.access import Actor, Role
from domain.reseller.models import Reseller, ResellerStatus

LONGEST_LOGIN = 254
_SUBJECT = re.compile(r"(account|customer):([1-9][0-9]{0,9})", re.ASCII)
_LARGEST_KEY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Login:
    """A login that may sign in: its name, and whom its tokens speak for."""

    subject: str
    role: Role
    name: str
    password_hash: str
    customer_id: int | None = None
    reseller_id: int | None = None

    @property
    def stamp(self) -> str:
        """What a sign-in holds for: another name, password or role is another stamp."""
        parts = (self.subject, self.name, self.password_hash, self.role, str(self.reseller_id))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def normal(login: str) -> str:
    """One spelling of a login, so that its failures are counted together."""
    return login.strip().lower()


async def login_named(session: AsyncSession, name: str) -> Login | None:
    """
    Who may sign in by that name, in its normal spelling: staff first, then customers.

    None for a closed or deleted customer, one without a password, an account that is disabled,
    and a terminated reseller's.
    """
    if not name or len(name) > LONGEST_LOGIN or "\0" in name:
        return None
    connection = await session.connection()
    account = await _account(connection, _accounts().where(Account.email == name))
    if account is not None:
        return account
    return await _customer(connection, _customers().where(Customer.username == name))


async def login_of(connection: AsyncConnection, subject: str) -> Login | None:
    """Who ``account:3`` or ``customer:7`` is, if they may sign in now."""
    matched = _SUBJECT.fullmatch(subject)
    if matched is None or int(matched[2]) > _LARGEST_KEY:
        return None
    kind, key = matched[1], int(matched[2])
    if kind == "account":
        return await _account(connection, _accounts().where(Account.id == key))
    return await _customer(connection, _customers().where(Customer.id == key))


async def person_of(connection: AsyncConnection, subject: str) -> Actor:
    """
    Whom the audit log names for ``account:3`` or ``customer:7``, who may sign in or not.

    It may do nothing: there are no permissions in it.
    """
    kind, _, key = subject.partition(":")
    if kind == "customer":
        return Actor(role=Role.CUSTOMER, subject=subject, customer_id=int(key))
    held = select(Account.role, Account.reseller_id).where(Account.id == int(key))
    row = (await connection.execute(held)).one()
    return Actor(role=Role(row.role.value), subject=subject, reseller_id=row.reseller_id)


async def keep_hash(session: AsyncSession, login: Login, password_hash: str) -> None:
    """Put another hash of the same password in place, unless the password was changed since."""
    model: Any = Customer if login.role is Role.CUSTOMER else Account
    key = int(login.subject.partition(":")[2])
    await session.execute(
        update(model)
        .where(model.id == key, model.password_hash == login.password_hash)
        .values(password_hash=password_hash)
        .execution_options(synchronize_session=False)
    )


def _accounts() -> Select[Any]:
    is_terminated = Reseller.status == ResellerStatus.TERMINATED
    columns: list[Any] = [
        Account.id,
        Account.email,
        Account.role,
        Account.reseller_id,
        Account.password_hash,
    ]
    return (
        select(*columns)
        .outerjoin(Reseller, (Reseller.id == Account.reseller_id) & is_terminated)
        .where(Account.is_active, Reseller.id.is_(None))
    )


def _customers() -> Select[Any]:
    columns: list[Any] = [Customer.id, Customer.username, Customer.password_hash]
    return select(*columns).where(
        Customer.deleted_at.is_(None),
        Customer.status != CustomerStatus.CLOSED,
        Customer.username.is_not(None),
        Customer.password_hash.is_not(None),
    )


async def _account(connection: AsyncConnection, statement: Select[Any]) -> Login | None:
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Login(
        subject=f"account:{row.id}",
        role=Role(row.role.value),
        name=row.email,
        password_hash=row.password_hash,
        reseller_id=row.reseller_id,
    )


async def _customer(connection: AsyncConnection, statement: Select[Any]) -> Login | None:
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Login(
        subject=f"customer:{row.id}",
        role=Role.CUSTOMER,
        name=row.username,
        password_hash=row.password_hash,
        customer_id=row.id,
    )
