"""An endpoint's secrets: made here, kept sealed, live for a day after they were replaced."""

from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.sealing import SealedColumn
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Vault
from domain.webhook import signing
from domain.webhook.models import WebhookSecret

#: How long a replaced secret still signs, so that receivers can change over.
OVERLAP = timedelta(hours=24)


async def add_secret(session: UnitOfWork, vault: Vault, endpoint_id: int) -> str:
    """
    A new secret as its owner gets it, this once. The one before it lives for another 24 hours.

    Call it with the endpoint locked. Secrets before those two are gone at once.
    """
    for former in await session.scalars(
        select(WebhookSecret).where(WebhookSecret.endpoint_id == endpoint_id)
    ):
        if former.expires_at is None:
            former.expires_at = session.now + OVERLAP
        else:
            await session.delete(former)
    secret = signing.new_secret()
    session.add(
        WebhookSecret(
            endpoint_id=endpoint_id,
            sealed=vault.seal(secret, place=_place(endpoint_id)),
            created_at=session.now,
        )
    )
    await session.flush()
    return signing.shown(secret)


async def live_secrets(connection: AsyncConnection, vault: Vault, endpoint_id: int) -> list[bytes]:
    """
    The keys that requests are signed with now, the newest first.

    Raises:
        Unopenable: the vault has lost the key that one was sealed under.
    """
    sealed = await connection.scalars(
        select(WebhookSecret.sealed)
        .where(
            WebhookSecret.endpoint_id == endpoint_id,
            or_(
                WebhookSecret.expires_at.is_(None),
                WebhookSecret.expires_at > func.now(),
            ),
        )
        .order_by(WebhookSecret.id.desc())
    )
    return [vault.open(each, place=_place(endpoint_id)) for each in sealed]


async def forget_expired(session: UnitOfWork) -> None:
    """Remove the secrets that sign no more."""
    await session.execute(delete(WebhookSecret).where(WebhookSecret.expires_at <= session.now))


def _place(endpoint_id: int) -> str:
    return f"webhook.secrets:{endpoint_id}"


SEALED = SealedColumn(WebhookSecret, bound_to=("endpoint_id",), place=_place)
