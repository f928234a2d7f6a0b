"""Reads of what hangs off a customer: addresses, documents, channels, history."""

from collections.abc import Collection
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer import models, records
from domain.customer.models import AddressType, VerificationStatus
from domain.customer.policy import of_visible_customers
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record

R = TypeVar("R")


class AddressChoice(NamedTuple):
    """Addresses of one type, or of all."""

    type: AddressType | None = None


class DocumentChoice(NamedTuple):
    """Documents in one verification status, or in all."""

    status: VerificationStatus | None = None


async def addresses_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], choice: AddressChoice
) -> dict[int, list[records.Address]]:
    """Each customer's addresses in use, oldest first."""
    found = await fetch(connection, records.Address, _addresses(actor, choice), keys=customer_ids)
    return _grouped(found)


async def addresses_by_id(
    connection: AsyncConnection, actor: Actor, address_ids: Collection[int]
) -> dict[int, records.Address]:
    """The visible addresses with these ids; removed ones too, for references to them."""
    statement = _rows(actor, records.Address, models.Address)
    found = await fetch(connection, records.Address, statement, keys=address_ids)
    return {address.id: address for address in found}


async def documents_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    choice: DocumentChoice,
) -> dict[int, list[records.Document]]:
    """Each customer's documents, oldest first."""
    found = await fetch(connection, records.Document, _documents(actor, choice), keys=customer_ids)
    return _grouped(found)


async def documents_by_id(
    connection: AsyncConnection, actor: Actor, document_ids: Collection[int]
) -> dict[int, records.Document]:
    """The visible documents with these ids."""
    statement = _rows(actor, records.Document, models.Document)
    found = await fetch(connection, records.Document, statement, keys=document_ids)
    return {document.id: document for document in found}


async def preferences_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.CommunicationPreference]]:
    """Each customer's channels, by name."""
    record = records.CommunicationPreference
    return _grouped(await fetch(connection, record, _preferences(actor), keys=customer_ids))


async def state_change_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], part: Slice
) -> dict[int, Page[records.StateChange]]:
    """A page of each customer's moves through the state machines, newest first."""
    change = models.StateChange
    return await pages_by_parent(
        connection,
        records.StateChange,
        _state_changes(actor),
        parent=change.customer_id,
        parents=customer_ids,
        order=Ordering("newest", (change.id,), descending=True),
        part=part,
    )


async def state_change_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, int]:
    """How many moves each customer has made."""
    change = models.StateChange
    return await counts_by_parent(
        connection,
        _state_changes(actor),
        parent=change.customer_id,
        parents=customer_ids,
    )


@remembered
def _addresses(actor: Actor, choice: AddressChoice) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read customers")
    address = models.Address
    chosen = address.type == choice.type if choice.type else true()
    return (
        select_record(records.Address, address)
        .where(one_of(address.customer_id), address.removed_at.is_(None), chosen)
        .where(of_visible_customers(actor, address.customer_id))
        .order_by(address.id)
    )


@remembered
def _documents(actor: Actor, choice: DocumentChoice) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read customers")
    document = models.Document
    chosen = document.status == choice.status if choice.status else true()
    return (
        select_record(records.Document, document)
        .where(one_of(document.customer_id), chosen)
        .where(of_visible_customers(actor, document.customer_id))
        .order_by(document.id)
    )


@remembered
def _preferences(actor: Actor) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read communication preferences")
    preference = models.CommunicationPreference
    return (
        select_record(records.CommunicationPreference, preference)
        .where(
            one_of(preference.customer_id),
            of_visible_customers(actor, preference.customer_id),
        )
        .order_by(preference.communication_type)
    )


@remembered
def _state_changes(actor: Actor) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read state changes")
    change = models.StateChange
    return select_record(records.StateChange, change).where(
        of_visible_customers(actor, change.customer_id)
    )


@remembered
def _rows(actor: Actor, record: type[Any], model: Any) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read customers")
    return (
        select_record(record, model)
        .where(one_of(model.id), of_visible_customers(actor, model.customer_id))
        .order_by(model.id)
    )


def _grouped(rows: Collection[R]) -> dict[int, list[R]]:
    grouped: dict[int, list[R]] = {}
    for row in rows:
        grouped.setdefault(row.customer_id, []).append(row)  # type: ignore[attr-defined]
    return grouped
