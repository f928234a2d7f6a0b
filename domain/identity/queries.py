"""Reads of accounts: for those who manage them."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identity import models, records
from domain.identity.models import AccountRole
from domain.identity.policy import require_identity
from domain.kernel.access import Actor
from domain.kernel.paging import Ordering, Page, Slice, count_of, page_of
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record

_ACCOUNTS = Ordering("id", (models.Account.id,))
_PROGRAMS = Ordering("id", (models.ServiceAccount.id,))


class AccountFilter(NamedTuple):
    """All that are given must hold."""

    role: tuple[AccountRole, ...] | None = None
    reseller_id: int | None = None
    is_active: bool | None = None


class AccountList(NamedTuple):
    """A list of accounts as a client asks for it, in the order they were created."""

    part: Slice
    filter: AccountFilter = AccountFilter()


async def accounts_by_id(
    connection: AsyncConnection, actor: Actor, account_ids: Collection[int]
) -> dict[int, records.Account]:
    """The accounts with these ids."""
    require_identity(actor, "read accounts")
    found = await fetch(connection, records.Account, _accounts_by_id(actor), keys=account_ids)
    return {account.id: account for account in found}


async def account_page(
    connection: AsyncConnection, actor: Actor, asked: AccountList
) -> Page[records.Account]:
    """One page of the accounts that pass the filter."""
    require_identity(actor, "read accounts")
    return await page_of(
        connection,
        records.Account,
        _accounts(actor, asked.filter),
        order=_ACCOUNTS,
        part=asked.part,
        bound_to=asked.filter,
    )


async def account_count(
    connection: AsyncConnection, actor: Actor, account_filter: AccountFilter
) -> int:
    """How many accounts pass the filter."""
    require_identity(actor, "read accounts")
    return await count_of(connection, _accounts(actor, account_filter))


async def service_accounts_by_id(
    connection: AsyncConnection, actor: Actor, ids: Collection[int]
) -> dict[int, records.ServiceAccount]:
    """The service accounts with these ids."""
    require_identity(actor, "read service accounts")
    found = await fetch(connection, records.ServiceAccount, _programs_by_id(actor), keys=ids)
    return {account.id: account for account in found}


async def service_account_page(
    connection: AsyncConnection, actor: Actor, part: Slice
) -> Page[records.ServiceAccount]:
    """One page of the service accounts."""
    require_identity(actor, "read service accounts")
    return await page_of(
        connection,
        records.ServiceAccount,
        _programs(actor),
        order=_PROGRAMS,
        part=part,
        bound_to=(),
    )


async def service_account_count(connection: AsyncConnection, actor: Actor) -> int:
    """How many service accounts there are."""
    require_identity(actor, "read service accounts")
    return await count_of(connection, _programs(actor))


@remembered
def _accounts_by_id(_actor: Actor) -> Select[Any]:
    return select_record(records.Account, models.Account).where(one_of(models.Account.id))


@remembered
def _accounts(_actor: Actor, wanted: AccountFilter) -> Select[Any]:
    account, statement = models.Account, select_record(records.Account, models.Account)
    if wanted.role is not None:
        statement = statement.where(account.role.in_(wanted.role))
    if wanted.reseller_id is not None:
        statement = statement.where(account.reseller_id == wanted.reseller_id)
    if wanted.is_active is not None:
        statement = statement.where(account.is_active == wanted.is_active)
    return statement


@remembered
def _programs_by_id(_actor: Actor) -> Select[Any]:
    program = models.ServiceAccount
    return select_record(records.ServiceAccount, program).where(one_of(program.id))


@remembered
def _programs(_actor: Actor) -> Select[Any]:
    return select_record(records.ServiceAccount, models.ServiceAccount)
