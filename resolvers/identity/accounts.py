"""Fields that return accounts, service accounts, and the viewer's own sign-ins."""

from collections.abc import Awaitable, Sequence

from domain.identity import queries, records, sign_ins
from domain.identity.queries import AccountFilter, AccountList
from domain.kernel.access import Actor
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, account_id: int) -> Awaitable[records.Account | None]:
    """The account with this id, for those who manage accounts."""
    return info.loaders.account_by_id.load(account_id)


def service_account_by_id(
    info: Info, service_account_id: int
) -> Awaitable[records.ServiceAccount | None]:
    """The service account with this id, for those who manage them."""
    return info.loaders.service_account_by_id.load(service_account_id)


async def account_list(info: Info, asked: AccountList) -> Listing[records.Account]:
    """Query.accounts: in the order they were created."""
    async with info.context.reading() as connection:
        page = await queries.account_page(connection, info.actor, asked)
    return Listing(page, lambda: account_count(info, asked.filter))


async def account_count(info: Info, account_filter: AccountFilter) -> int:
    """How many accounts pass the filter."""
    async with info.context.reading() as connection:
        return await queries.account_count(connection, info.actor, account_filter)


async def service_account_list(info: Info, part: Slice) -> Listing[records.ServiceAccount]:
    """Query.serviceAccounts: in the order they were created."""
    async with info.context.reading() as connection:
        page = await queries.service_account_page(connection, info.actor, part)
    return Listing(page, lambda: service_account_count(info))


async def service_account_count(info: Info) -> int:
    """How many service accounts there are."""
    async with info.context.reading() as connection:
        return await queries.service_account_count(connection, info.actor)


async def viewer_sign_ins(root: Actor, info: Info) -> Sequence[records.SignIn]:
    """Viewer.signIns: those of the viewer's subject, and of nobody else."""
    # Tenants have no way to these rows: the platform reads them, by the subject of the token.
    async with info.context.database.reading() as connection:
        return await sign_ins.running(connection, root.subject)


def is_current(root: records.SignIn, info: Info) -> bool:
    """SignIn.isCurrent"""
    return root.id == info.actor.sign_in_id
