"""Putting a new password in place, by the person whose it is."""

from dataclasses import replace
from uuid import UUID

from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.identity import sign_ins
from domain.identity.events import AccountUpdated
from domain.identity.logins import Login, login_of
from domain.identity.models import Account
from domain.kernel.errors import InvalidCredentials
from domain.kernel.unit_of_work import UnitOfWork


async def replace_password(
    session: UnitOfWork, login: Login, password_hash: str, kept: UUID | None
) -> None:
    """
    The new hash in place of the login's; all of its sign-ins end but the one that is kept.

    Raises:
        InvalidCredentials: the login is another since its password was checked.
    """
    key = int(login.subject.partition(":")[2])
    row: Customer | Account | None
    if login.customer_id is not None:
        row = await session.locked(Customer, Customer.id == key)
    else:
        row = await session.locked(Account, Account.id == key)
    if row is None or await login_of(await session.connection(), login.subject) != login:
        raise InvalidCredentials
    row.password_hash = password_hash
    if isinstance(row, Customer):
        await CustomerService().announce_update(session, row, ["password_hash"])
    else:
        await _announce(session, row)
    await sign_ins.end_all(session, login.subject, but=kept)
    await sign_ins.restamp(session, login, replace(login, password_hash=password_hash))


async def _announce(session: UnitOfWork, account: Account) -> None:
    account.updated_at = session.now
    await session.announce(
        AccountUpdated(
            account_id=account.id,
            role=account.role,
            changed_fields=["password"],
            is_active=account.is_active,
        )
    )
