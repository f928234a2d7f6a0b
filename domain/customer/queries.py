"""Reads of customers: each takes the actor and returns only rows of its scope."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer import models, records
from domain.customer.models import CustomerStatus, CustomerType, SubscriptionState
from domain.customer.policy import visible_customers
from domain.kernel.access import Actor
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record


class CustomerOrderField(StrEnum):
    """What a list of customers can be ordered by."""

    ID = "ID"
    CREATED_AT = "CREATED_AT"
    DISPLAY_NAME = "DISPLAY_NAME"


class CustomerFilter(NamedTuple):
    """All that are given must hold. ``query`` finds parts of names, numbers, e-mail, username."""

    query: str | None = None
    status: tuple[CustomerStatus, ...] | None = None
    subscription_state: tuple[SubscriptionState, ...] | None = None
    type: tuple[CustomerType, ...] | None = None
    reseller_id: int | None = None
    tag: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class CustomerList(NamedTuple):
    """A list of customers as a client asks for it."""

    part: Slice
    filter: CustomerFilter = CustomerFilter()
    order_by: CustomerOrderField = CustomerOrderField.ID
    descending: bool = False


_SORT_COLUMNS: dict[CustomerOrderField, tuple[Any, ...]] = {
    CustomerOrderField.ID: (models.Customer.id,),
    CustomerOrderField.CREATED_AT: (models.Customer.created_at, models.Customer.id),
    CustomerOrderField.DISPLAY_NAME: (models.Customer.display_name, models.Customer.id),
}


_EMAIL = func.lower(models.Customer.email)


async def customers_by_id(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, records.Customer]:
    """The visible customers with these ids."""
    found = await _customers(connection, actor, models.Customer.id, customer_ids)
    return {customer.id: customer for customer in found}


async def customers_by_number(
    connection: AsyncConnection, actor: Actor, numbers: Collection[str]
) -> dict[str, records.Customer]:
    """The visible customers with these customer numbers."""
    found = await _customers(connection, actor, models.Customer.customer_number, numbers)
    return {customer.customer_number: customer for customer in found}


async def customers_by_username(
    connection: AsyncConnection, actor: Actor, usernames: Collection[str]
) -> dict[str, records.Customer]:
    """The visible customers who sign in with these names (lower case)."""
    found = await _customers(connection, actor, models.Customer.username, usernames)
    return {customer.username or "": customer for customer in found}


async def customers_by_email(
    connection: AsyncConnection, actor: Actor, emails: Collection[str]
) -> dict[str, records.Customer]:
    """The visible customer with each of these addresses (lower case); shared ones: the oldest."""
    found = await _customers(connection, actor, _EMAIL, emails)
    return {(customer.email or "").lower(): customer for customer in reversed(found)}


async def customer_page(
    connection: AsyncConnection, actor: Actor, asked: CustomerList
) -> Page[records.Customer]:
    """One page of the visible customers that pass the filter."""
    return await page_of(
        connection,
        records.Customer,
        _matching(actor, asked.filter),
        order=_ordering(asked),
        part=asked.part,
        bound_to=asked.filter,
    )


async def customer_count(
    connection: AsyncConnection, actor: Actor, customer_filter: CustomerFilter
) -> int:
    """How many visible customers pass the filter."""
    return await count_of(connection, _matching(actor, customer_filter))


async def customer_pages_by_reseller(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int], asked: CustomerList
) -> dict[int, Page[records.Customer]]:
    """The same page of each reseller's own (not its sub-resellers') customers."""
    return await pages_by_parent(
        connection,
        records.Customer,
        _matching(actor, asked.filter),
        parent=models.Customer.reseller_id,
        parents=reseller_ids,
        order=_ordering(asked),
        part=asked.part,
        bound_to=asked.filter,
    )


async def customer_counts_by_reseller(
    connection: AsyncConnection,
    actor: Actor,
    reseller_ids: Collection[int],
    customer_filter: CustomerFilter,
) -> dict[int, int]:
    """How many customers of its own each reseller has that pass the filter."""
    return await counts_by_parent(
        connection,
        _matching(actor, customer_filter),
        parent=models.Customer.reseller_id,
        parents=reseller_ids,
    )


def _ordering(asked: CustomerList) -> Ordering:
    return Ordering(asked.order_by, _SORT_COLUMNS[asked.order_by], asked.descending)


async def _customers(
    connection: AsyncConnection, actor: Actor, column: Any, keys: Collection[Any]
) -> list[records.Customer]:
    return await fetch(connection, records.Customer, _by_key(actor, column), keys=keys)


@remembered
def _by_key(actor: Actor, column: Any) -> Select[Any]:
    return (
        select_record(records.Customer, models.Customer)
        .where(one_of(column), visible_customers(actor))
        .order_by(models.Customer.id)
    )


@remembered
def _matching(actor: Actor, wanted: CustomerFilter) -> Select[Any]:
    customer = models.Customer
    statement = select_record(records.Customer, customer).where(visible_customers(actor))
    for column, chosen in (
        (customer.status, wanted.status),
        (customer.subscription_state, wanted.subscription_state),
        (customer.type, wanted.type),
    ):
        if chosen is not None:
            statement = statement.where(column.in_(chosen))
    if wanted.reseller_id is not None:
        statement = statement.where(customer.reseller_id == wanted.reseller_id)
    if wanted.tag is not None:
        statement = statement.where(customer.tags.contains([wanted.tag]))
    if wanted.created_from is not None:
        statement = statement.where(customer.created_at >= wanted.created_from)
    if wanted.created_to is not None:
        statement = statement.where(customer.created_at < wanted.created_to)
    if wanted.query is not None:
        statement = statement.where(_found_by(wanted.query))
    return statement


def _found_by(query: str) -> ColumnElement[bool]:
    searched = [getattr(models.Customer, name) for name in models.SEARCHED]
    return or_(*(column.icontains(query, autoescape=True) for column in searched))
