"""From a token's claims to the actor: the present row decides, the token only narrows."""

import re
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Customer, CustomerStatus
from domain.identity.errors import InvalidToken
from domain.identity.logins import login_of
from domain.identity.models import Account
from domain.identity.service_accounts import program_named
from domain.identity.sign_ins import holds
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
        InvalidToken: its sign-in has ended, or the secret that it was got with was replaced; the
            account is disabled or of another role now, the customer is deleted or closed, the
            reseller is terminated; or a claim is missing.
    """
    if claims.sign_in_id is not None:
        await _check_sign_in(connection, claims)
    elif claims.subject.startswith("account:"):
        await _check_account(connection, claims)
    if claims.role is Role.CUSTOMER:
        actor = await _customer(connection, claims.customer_id)
    elif claims.role is Role.RESELLER:
        actor = await _reseller(connection, claims.reseller_id)
    elif claims.role is Role.SERVICE:
        actor = await _service(connection, claims)
    elif claims.role is Role.ANONYMOUS:
        raise InvalidToken
    else:
        actor = access.staff(claims.role, claims.subject)
    return replace(
        actor,
        subject=claims.subject,
        expires_at=claims.expires_at,
        sign_in_id=claims.sign_in_id,
    )


async def _check_sign_in(connection: AsyncConnection, claims: Claims) -> None:
    """What it was signed in with is as it was, and nobody has signed out."""
    login = await login_of(connection, claims.subject)
    if login is None or claims.sign_in_id is None:
        raise InvalidToken
    said = (claims.role, claims.customer_id, claims.reseller_id)
    if said != (login.role, login.customer_id, login.reseller_id):
        raise InvalidToken
    if not await holds(connection, claims.sign_in_id, login):
        raise InvalidToken


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
        select(Customer.id).where(
            Customer.id == customer_id,
            Customer.deleted_at.is_(None),
            Customer.status != CustomerStatus.CLOSED,
        )
    )
    if found is None:
        raise InvalidToken
    return access.customer(found)


async def _reseller(connection: AsyncConnection, reseller_id: int | None) -> Actor:
    status = await connection.scalar(select(Reseller.status).where(Reseller.id == reseller_id))
    if reseller_id is None or status in (None, ResellerStatus.TERMINATED):
        raise InvalidToken
    actor = access.reseller(reseller_id, await subtree_ids(connection, reseller_id))
    if status is ResellerStatus.ACTIVE:
        return actor
    return replace(actor, reads_only=f"the reseller is {status}")


async def _service(connection: AsyncConnection, claims: Claims) -> Actor:
    """What the token may, or if it was given to a service account, what that still may of it."""
    if claims.secret_version is None:
        return access.service(claims.subject, claims.scopes)
    name = claims.subject.removeprefix("service:")
    program = await program_named(connection, name)
    if program is None or program.secret_version != claims.secret_version:
        raise InvalidToken
    return access.service(claims.subject, set(claims.scopes) & set(program.scopes))
