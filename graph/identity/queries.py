"""Root fields of the identity module."""

from collections.abc import Awaitable

import strawberry

from domain.identity import records
from domain.identity.queries import AccountFilter as Wanted
from domain.identity.queries import AccountList
from domain.kernel.access import Actor
from domain.kernel.paging import Slice
from graph.connections import Connection
from graph.context import Info
from graph.identity.inputs import AccountFilter
from graph.identity.types import Account, ServiceAccount, Viewer
from resolvers.connections import Listing
from resolvers.identity import accounts


def viewer_of(info: Info) -> Actor:
    """Query.viewer"""
    return info.actor


def account_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: AccountFilter | None = None,
) -> Awaitable[Listing[records.Account]]:
    """Query.accounts"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = Wanted() if filter is None else filter.to_domain()
    return accounts.account_list(info, AccountList(part, wanted))


def service_account_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.ServiceAccount]]:
    """Query.serviceAccounts"""
    part = Slice.of(first, after, last, before, required=True)
    return accounts.service_account_list(info, part)


@strawberry.type
class IdentityQueries:
    viewer: Viewer = strawberry.field(resolver=viewer_of, description="Who is asking")
    accounts: Connection[Account] | None = strawberry.field(
        resolver=account_list,
        description="Accounts of the staff's and of resellers' people, for those who manage them; "
        "`first` or `last` is required",
    )
    service_accounts: Connection[ServiceAccount] | None = strawberry.field(
        resolver=service_account_list,
        description="Accounts of programs, for those who manage them; "
        "`first` or `last` is required",
    )
