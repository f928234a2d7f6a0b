"""Reads of what hangs off a customer: addresses, documents, channels, history."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer import models, records
from domain.customer.models import AddressType, VerificationStatus
from domain.customer.policy import of_visible_customers
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.records import fetch, select_record

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class AddressChoice:
    """Addresses of one type, or of all."""

    type: AddressType | None = None


@dataclass(frozen=True, slots=True)
class DocumentChoice:
    """Documents in one verification status, or in all."""

    status: VerificationStatus | None = None


async def addresses_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], choice: AddressChoice
) -> dict[int, list[records.Address]]:
    """Each customer's addresses in use, oldest first."""
    address = models.Address
    chosen = address.type == choice.type if choice.type else true()
    return await _by_customer(
        connection,
        actor,
        records.Address,
        address,
        address.customer_id.in_(customer_ids) & address.removed_at.is_(None) & chosen,
    )


async def addresses_by_id(
    connection: AsyncConnection, actor: Actor, address_ids: Collection[int]
) -> dict[int, records.Address]:
    """The visible addresses with these ids; removed ones too, for references to them."""
    found = await _rows(
        connection, actor, records.Address, models.Address, models.Address.id.in_(address_ids)
    )
    return {address.id: address for address in found}


async def documents_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    choice: DocumentChoice,
) -> dict[int, list[records.Document]]:
    """Each customer's documents, oldest first."""
    document = models.Document
    chosen = document.status == choice.status if choice.status else true()
    return await _by_customer(
        connection,
        actor,
        records.Document,
        document,
        document.customer_id.in_(customer_ids) & chosen,
    )


async def documents_by_id(
    connection: AsyncConnection, actor: Actor, document_ids: Collection[int]
) -> dict[int, records.Document]:
    """The visible documents with these ids."""
    found = await _rows(
        connection, actor, records.Document, models.Document, models.Document.id.in_(document_ids)
    )
    return {document.id: document for document in found}


async def preferences_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.CommunicationPreference]]:
    """Each customer's channels, by name."""
    preference = models.CommunicationPreference
    require(actor, Permission.CUSTOMER_READ, "read communication preferences")
    statement = (
        select_record(records.CommunicationPreference, preference)
        .where(
            preference.customer_id.in_(customer_ids),
            of_visible_customers(actor, preference.customer_id),
        )
        .order_by(preference.communication_type)
    )
    rows = await fetch(connection, records.CommunicationPreference, statement)
    return _grouped(rows)


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


def _state_changes(actor: Actor) -> Select[Any]:
    require(actor, Permission.CUSTOMER_READ, "read state changes")
    change = models.StateChange
    return select_record(records.StateChange, change).where(
        of_visible_customers(actor, change.customer_id)
    )


async def _rows(
    connection: AsyncConnection,
    actor: Actor,
    record: type[R],
    model: Any,
    matching: ColumnElement[bool],
) -> list[R]:
    require(actor, Permission.CUSTOMER_READ, "read customers")
    statement = (
        select_record(record, model)
        .where(matching, of_visible_customers(actor, model.customer_id))
        .order_by(model.id)
    )
    return list(await fetch(connection, record, statement))


async def _by_customer(
    connection: AsyncConnection,
    actor: Actor,
    record: type[R],
    model: Any,
    matching: ColumnElement[bool],
) -> dict[int, list[R]]:
    return _grouped(await _rows(connection, actor, record, model, matching))


def _grouped(rows: Collection[R]) -> dict[int, list[R]]:
    grouped: dict[int, list[R]] = {}
    for row in rows:
        grouped.setdefault(row.customer_id, []).append(row)  # type: ignore[attr-defined]
    return grouped
