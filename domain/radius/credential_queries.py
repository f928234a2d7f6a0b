"""Reads of service credentials: names and dates, never what is sealed."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor, Permission, require
from domain.kernel.records import fetch, select_record
from domain.radius import models, records
from domain.radius.policy import visible_credentials


async def credentials_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.ServiceCredential]]:
    """Each customer's credentials that have not ended, in the order they were made."""
    require(actor, Permission.RADIUS_READ, "read service credentials")
    credential = models.ServiceCredential
    statement = (
        select_record(records.ServiceCredential, credential)
        .where(
            credential.customer_id.in_(customer_ids),
            credential.ended_at.is_(None),
            visible_credentials(actor),
        )
        .order_by(credential.id)
    )
    found: dict[int, list[records.ServiceCredential]] = {}
    for row in await fetch(connection, records.ServiceCredential, statement):
        found.setdefault(row.customer_id, []).append(row)
    return found


async def credentials_by_id(
    connection: AsyncConnection, actor: Actor, credential_ids: Collection[int]
) -> dict[int, records.ServiceCredential]:
    """The visible credentials with these ids, those that have ended too."""
    require(actor, Permission.RADIUS_READ, "read service credentials")
    credential = models.ServiceCredential
    statement = select_record(records.ServiceCredential, credential).where(
        credential.id.in_(credential_ids), visible_credentials(actor)
    )
    found = await fetch(connection, records.ServiceCredential, statement)
    return {row.id: row for row in found}
