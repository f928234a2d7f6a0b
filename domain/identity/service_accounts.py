"""Accounts of programs: RADIUS servers, gateways and modules that need tokens without a person."""

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identity.commands import CreateServiceAccount
from domain.identity.errors import ServiceAccountNameTaken, ServiceAccountNotFound
from domain.identity.events import ServiceAccountCreated, ServiceAccountUpdated
from domain.identity.models import ServiceAccount
from domain.identity.policy import require_identity, require_scopes
from domain.identity.sign_ins import digest
from domain.kernel import values
from domain.kernel.access import Permission
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork

_MANAGE = "manage service accounts"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]", re.ASCII)
#: So that scanners for leaked secrets know one.
_SECRET_PREFIX = "ispg_"  # noqa: S105
_NO_SECRET = digest("no program has this secret")


@dataclass(frozen=True, slots=True)
class Program:
    """A service account that may have tokens now."""

    id: int
    name: str
    scopes: tuple[Permission, ...]
    secret_version: int

    @property
    def subject(self) -> str:
        return f"service:{self.name}"


class ServiceAccountService:
    """The service accounts' use cases. Stateless."""

    async def create(
        self, session: UnitOfWork, command: CreateServiceAccount
    ) -> tuple[ServiceAccount, str]:
        """
        A service account and its secret, which cannot be read again.

        Raises:
            AccessDenied: the actor may not manage them, or lacks one of the scopes itself.
            Invalid, ServiceAccountNameTaken.
        """
        require_identity(session.actor, _MANAGE)
        account = ServiceAccount(
            name=_checked_name(command.name),
            **_checked({"description": command.description, "scopes": command.scopes}),
            created_at=session.now,
            updated_at=session.now,
        )
        require_scopes(session.actor, account.scopes)
        secret = _give_secret(session, account)
        session.add(account)
        await _flush(session, account)
        await session.announce(
            ServiceAccountCreated(
                service_account_id=account.id, name=account.name, scopes=account.scopes
            )
        )
        return account, secret

    async def update(
        self,
        session: UnitOfWork,
        service_account_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> ServiceAccount:
        """
        Change scopes, description or whether it is active; its tokens follow.

        Raises:
            AccessDenied, ServiceAccountNotFound, VersionConflict, Invalid.
        """
        require_identity(session.actor, _MANAGE)
        wanted = _checked(changes)
        account = await _locked(session, service_account_id, expected_version)
        require_scopes(session.actor, {*account.scopes, *wanted.get("scopes", ())})
        changed = [name for name, value in wanted.items() if getattr(account, name) != value]
        for name in changed:
            setattr(account, name, wanted[name])
        if changed:
            await _announce(session, account, changed)
        return account

    async def rotate_secret(
        self,
        session: UnitOfWork,
        service_account_id: int,
        *,
        expected_version: int | None = None,
    ) -> tuple[ServiceAccount, str]:
        """
        A new secret; the old one and all tokens that it gave are good no more.

        Raises:
            AccessDenied, ServiceAccountNotFound, VersionConflict.
        """
        require_identity(session.actor, _MANAGE)
        account = await _locked(session, service_account_id, expected_version)
        require_scopes(session.actor, account.scopes)
        account.secret_version += 1
        secret = _give_secret(session, account)
        await _announce(session, account, ["secret"])
        return account, secret


async def program_with(session: UnitOfWork, name: str, secret: str) -> Program | None:
    """The active service account of that name if the secret is its own."""
    named = ServiceAccount.name == (name if _NAME.fullmatch(name) else "")
    row = await session.scalar(select(ServiceAccount).where(named))
    right = hmac.compare_digest(digest(secret), row.secret_hash if row else _NO_SECRET)
    return _program(row) if row is not None and right and row.is_active else None


async def program_named(connection: AsyncConnection, name: str) -> Program | None:
    """The active service account of that name."""
    row = (
        await connection.execute(
            select(
                ServiceAccount.id,
                ServiceAccount.name,
                ServiceAccount.scopes,
                ServiceAccount.secret_version,
            ).where(ServiceAccount.name == name, ServiceAccount.is_active)
        )
    ).one_or_none()
    return None if row is None else _program(row)


async def note_use(session: UnitOfWork, program: Program) -> None:
    """The program got a token now."""
    await session.execute(
        update(ServiceAccount)
        .where(ServiceAccount.id == program.id)
        .values(last_used_at=session.now)
        .execution_options(synchronize_session=False)
    )


def _program(row: Any) -> Program:
    scopes = tuple(Permission(scope) for scope in row.scopes)
    return Program(row.id, row.name, scopes, row.secret_version)


def _give_secret(session: UnitOfWork, account: ServiceAccount) -> str:
    secret = _SECRET_PREFIX + secrets.token_urlsafe(32)
    account.secret_hash = digest(secret)
    account.secret_changed_at = session.now
    return secret


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("name", "must be 3 to 40 of a-z, 0-9 and -, with no - at either end")
    return name


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = dict(changes)
    if "is_active" in wanted and wanted["is_active"] is None:
        raise Invalid("isActive", "cannot be cleared")
    if "scopes" in wanted:
        wanted["scopes"] = _checked_scopes(wanted["scopes"])
    if wanted.get("description") is not None:
        wanted["description"] = values.text(wanted["description"], "description")
    return wanted


def _checked_scopes(scopes: Sequence[Permission] | None) -> list[str]:
    if not scopes:
        raise Invalid("scopes", "must name at least one permission")
    return sorted({Permission(scope).value for scope in scopes})


async def _locked(
    session: UnitOfWork, service_account_id: int, expected_version: int | None
) -> ServiceAccount:
    account = await session.locked(ServiceAccount, ServiceAccount.id == service_account_id)
    if account is None:
        raise ServiceAccountNotFound(service_account_id)
    if expected_version not in (None, account.version):
        raise VersionConflict("service account", current_version=account.version)
    return account


async def _announce(session: UnitOfWork, account: ServiceAccount, changed: list[str]) -> None:
    account.updated_at = session.now
    await session.announce(
        ServiceAccountUpdated(
            service_account_id=account.id,
            name=account.name,
            scopes=account.scopes,
            changed_fields=sorted(changed),
            is_active=account.is_active,
        )
    )


async def _flush(session: UnitOfWork, account: ServiceAccount) -> None:
    name = account.name  # out of reach once the transaction has failed
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "service_accounts_name_key":
            raise ServiceAccountNameTaken(name) from error
        raise
