"""From a token's claims to the actor: the present row decides, the token only narrows."""

import re
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Customer
from domain.identity.errors import InvalidToken
from domain.identity.models import Account
from domain.identity.tokens import Claims
from domain.kernel import access
from domain.kernel.access import Actor, Role
from domain.reseller.models import Reseller, ResellerStatus
from domain.reseller.tree import subtree_ids

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


async def actor_of(connection: AsyncConnection, claims: Claims) -> Actor:
    """
    The actor that the claims name.

    Raises:
        InvalidToken: the account is disabled or of another role now, the customer is deleted,
            the reseller is terminated, or a claim is missing.
    """
    if claims.subject.startswith("account:"):
        await _check_account(connection, claims)
    if claims.role is Role.CUSTOMER:
        actor = await _customer(connection, claims.customer_id)
    elif claims.role is Role.RESELLER:
        actor = await _reseller(connection, claims.reseller_id)
    elif claims.role is Role.SERVICE:
        actor = access.service(claims.subject, claims.scopes)
    elif claims.role is Role.ANONYMOUS:
        raise InvalidToken
    else:
        actor = access.staff(claims.role, claims.subject)
    return replace(actor, subject=claims.subject, expires_at=claims.expires_at)


async def _check_account(connection: AsyncConnection, claims: Claims) -> None:
    number = claims.subject.removeprefix("account:")
    if not _NUMBER.fullmatch(number):
        raise InvalidToken
    row = (
        await connection.execute(
            select(Account.role, Account.reseller_id).where(
                Account.id == int(number), Account.is_active
            )
        )
    ).one_or_none()
    if row is None or (row.role.value, row.reseller_id) != (claims.role.value, claims.reseller_id):
        raise InvalidToken


async def _customer(connection: AsyncConnection, customer_id: int | None) -> Actor:
    found = await connection.scalar(
        select(Customer.id).where(Customer.id == customer_id, Customer.deleted_at.is_(None))
    )
    if found is None:
        raise InvalidToken
    return access.customer(found)


async def _reseller(connection: AsyncConnection, reseller_id: int | None) -> Actor:
    status = await connection.scalar(select(Reseller.status).where(Reseller.id == reseller_id))
    if reseller_id is None or status in (None, ResellerStatus.TERMINATED):
        raise InvalidToken
    return access.reseller(reseller_id, await subtree_ids(connection, reseller_id))
