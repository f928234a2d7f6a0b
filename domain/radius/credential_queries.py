"""Reads of service credentials: names and dates, never what is sealed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor, Permission, require
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record
from domain.radius import models, records
from domain.radius.policy import visible_credentials


async def credentials_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.ServiceCredential]]:
    """Each customer's credentials that have not ended, in the order they were made."""
    statement = _active(actor)
    found: dict[int, list[records.ServiceCredential]] = {}
    for row in await fetch(connection, records.ServiceCredential, statement, keys=customer_ids):
        found.setdefault(row.customer_id, []).append(row)
    return found


async def credentials_by_id(
    connection: AsyncConnection, actor: Actor, credential_ids: Collection[int]
) -> dict[int, records.ServiceCredential]:
    """The visible credentials with these ids, those that have ended too."""
    statement = _by_id(actor)
    found = await fetch(connection, records.ServiceCredential, statement, keys=credential_ids)
    return {row.id: row for row in found}


@remembered
def _active(actor: Actor) -> Select[Any]:
    credential = models.ServiceCredential
    return (
        _credentials(actor)
        .where(one_of(credential.customer_id), credential.ended_at.is_(None))
        .order_by(credential.id)
    )


@remembered
def _by_id(actor: Actor) -> Select[Any]:
    return _credentials(actor).where(one_of(models.ServiceCredential.id))


def _credentials(actor: Actor) -> Select[Any]:
    require(actor, Permission.RADIUS_READ, "read service credentials")
    return select_record(records.ServiceCredential, models.ServiceCredential).where(
        visible_credentials(actor)
    )
