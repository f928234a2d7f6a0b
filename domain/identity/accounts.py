"""Accounts of the staff's and of resellers' people: made, changed, disabled."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from domain.customer.models import Customer
from domain.identity import sign_ins
from domain.identity.commands import CreateAccount
from domain.identity.errors import AccountNotFound, EmailTaken
from domain.identity.events import AccountCreated, AccountUpdated
from domain.identity.models import Account, AccountRole
from domain.identity.policy import require_identity, require_no_more_than_own
from domain.kernel import passwords, values
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Conflict, Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.models import Reseller

_MANAGE = "manage accounts"
#: What a change to ends the account's sign-ins.
_CREDENTIALS = frozenset({"email", "role", "reseller_id", "password_hash", "is_active"})


class AccountService:
    """The accounts' use cases. Stateless: the session brings the actor, the instant, the rows."""

    async def create_account(self, session: UnitOfWork, command: CreateAccount) -> Account:
        """
        An account that can sign in at once; announces ``identity.account.created``.

        Raises:
            AccessDenied: the actor may not manage accounts, or could do less than the new one.
            Invalid: a value breaks its rule; a reseller goes with the role RESELLER alone.
            EmailTaken: somebody signs in with that address.
        """
        require_identity(session.actor, _MANAGE)
        require_no_more_than_own(session.actor, command.role)
        account = Account(
            email=values.email_address(command.email).lower(),
            display_name=values.text(command.display_name, "displayName"),
            role=command.role,
            reseller_id=command.reseller_id,
            password_hash=await passwords.hashed(command.password),
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(account)
        await self._flush(session, account, frozenset({"email", "reseller_id"}))
        await session.announce(AccountCreated(account_id=account.id, role=account.role))
        return account

    async def update_account(
        self,
        session: UnitOfWork,
        account_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Account:
        """
        Change the fields named; announces ``identity.account.updated`` if anything changed.

        A new address, password, role or reseller ends the account's sign-ins, and so does
        disabling it.

        Raises:
            AccessDenied, AccountNotFound, VersionConflict, Invalid, EmailTaken.
            Conflict: nobody would be left to manage accounts.
        """
        require_identity(session.actor, _MANAGE)
        wanted = await _checked(changes)
        administrators = await _administrators(session, wanted)
        account = await _locked(session, account_id)
        require_no_more_than_own(session.actor, account.role)
        require_no_more_than_own(session.actor, wanted.get("role", account.role))
        if expected_version not in (None, account.version):
            raise VersionConflict("account", current_version=account.version)
        changed = {name for name, value in wanted.items() if getattr(account, name) != value}
        if not changed:
            return account
        if {"role", "is_active"} & changed and administrators == [account.id]:
            raise Conflict("This is the only administrator left", path=["accountId"])
        for name in changed:
            setattr(account, name, wanted[name])
        account.updated_at = session.now
        await self._flush(session, account, changed)
        if changed & _CREDENTIALS:
            await sign_ins.end_all(session, f"account:{account.id}")
        await session.announce(_updated(account, changed))
        return account

    async def _flush(
        self, session: UnitOfWork, account: Account, changed: set[str] | frozenset[str]
    ) -> None:
        if (account.role is AccountRole.RESELLER) != (account.reseller_id is not None):
            raise Invalid("resellerId", "goes with the role RESELLER, and with no other")
        if "reseller_id" in changed and account.reseller_id is not None:
            with session.no_autoflush:
                if await session.get(Reseller, account.reseller_id) is None:
                    raise Invalid("resellerId", "is no reseller")
        email = account.email  # out of reach once the transaction has failed
        if "email" in changed:
            with session.no_autoflush:
                if await session.scalar(select(exists().where(_is_customers_name(email)))):
                    raise EmailTaken(email)
        try:
            await session.flush()
        except IntegrityError as error:
            if violated_constraint(error) == "accounts_email_key":
                raise EmailTaken(email) from error
            raise


async def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = dict(changes)
    for name in ("email", "display_name", "role", "is_active", "password"):
        if name in wanted and wanted[name] is None:
            raise Invalid(_SPELT.get(name, name), "cannot be cleared")
    if "email" in wanted:
        wanted["email"] = values.email_address(wanted["email"]).lower()
    if "display_name" in wanted:
        wanted["display_name"] = values.text(wanted["display_name"], "displayName")
    if "password" in wanted:
        wanted["password_hash"] = await passwords.hashed(wanted.pop("password"))
    return wanted


async def _locked(session: UnitOfWork, account_id: int) -> Account:
    account = await session.locked(Account, Account.id == account_id)
    if account is None:
        raise AccountNotFound(account_id)
    return account


async def _administrators(session: UnitOfWork, wanted: Mapping[str, Any]) -> list[int]:
    """Who manages accounts, if a change may make them fewer; such changes take turns here."""
    if wanted.get("role") is None and wanted.get("is_active") is None:
        return []
    administrators = await session.scalars(
        select(Account.id)
        .where(Account.role == AccountRole.ADMIN, Account.is_active)
        .order_by(Account.id)
        .with_for_update()
    )
    return list(administrators)


def _updated(account: Account, changed: set[str]) -> AccountUpdated:
    told = {"password" if name == "password_hash" else name for name in changed}
    return AccountUpdated(
        account_id=account.id,
        role=account.role,
        changed_fields=sorted(told),
        is_active=account.is_active,
    )


def _is_customers_name(email: str) -> Any:
    return (Customer.username == email) & Customer.deleted_at.is_(None)


_SPELT = {"display_name": "displayName", "is_active": "isActive"}
