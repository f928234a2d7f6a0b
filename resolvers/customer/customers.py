"""Fields that return customers."""

from collections.abc import Awaitable
from typing import Any

from domain.customer import queries, records
from domain.customer.queries import CustomerFilter, CustomerList
from domain.kernel.access import Permission, require
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, customer_id: int) -> Awaitable[records.Customer | None]:
    """The visible customer with this id."""
    return info.loaders.customer_by_id.load(customer_id)


def by_number(info: Info, number: str) -> Awaitable[records.Customer | None]:
    """Query.customer(by: {customerNumber})."""
    return info.loaders.customer_by_number.load(number)


def by_username(info: Info, username: str) -> Awaitable[records.Customer | None]:
    """Query.customer(by: {username})."""
    return info.loaders.customer_by_username.load(username.strip().lower())


def by_email(info: Info, email: str) -> Awaitable[records.Customer | None]:
    """Query.customer(by: {email}): the oldest visible customer with the address."""
    return info.loaders.customer_by_email.load(email.strip().lower())


def owner(root: Any, info: Info) -> Awaitable[records.Customer | None]:
    """The customer that a row belongs to: any type's ``customer`` field."""
    return info.loaders.customer_by_id.load(root.customer_id)


async def customer_list(info: Info, asked: CustomerList) -> Listing[records.Customer]:
    """Query.customers: a page of all visible customers that pass the filter."""
    require(info.actor, Permission.CUSTOMER_READ, "read customers")
    async with info.context.reading() as connection:
        page = await queries.customer_page(connection, info.actor, asked)
    return Listing(page, lambda: customer_count(info, asked.filter))


async def customer_count(info: Info, customer_filter: CustomerFilter) -> int:
    """How many visible customers pass the filter."""
    async with info.context.reading() as connection:
        return await queries.customer_count(connection, info.actor, customer_filter)


def reseller_customers(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.Customer]]:
    """Reseller.customers: the reseller's own customers, by id."""
    asked = CustomerList(Slice.of(first, after, last, before))
    return info.loaders.customer_pages_by_reseller.load((root.id, asked))
