"""Signing in, staying signed in, changing one's password, signing out."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import update

from domain.identity import service_accounts, sign_ins, tries
from domain.identity.logins import (
    LONGEST_LOGIN,
    Login,
    keep_hash,
    login_named,
    login_of,
    normal,
    person_of,
)
from domain.identity.models import Account
from domain.identity.replacing import replace_password
from domain.identity.sign_ins import Reused
from domain.identity.throttle import Place
from domain.identity.tokens import ACCESS_TTL, SERVICE_TTL, Tokens
from domain.kernel import passwords
from domain.kernel.access import SYSTEM, Actor, Permission, Role
from domain.kernel.database import Database
from domain.kernel.errors import AccessDenied, Invalid, InvalidCredentials
from domain.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gives: an access token for ``expires_in`` seconds and its successor's key."""

    access_token: str
    refresh_token: str
    expires_in: int
    role: Role
    subject: str


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """An access token for a program, its scopes, and how many seconds it is good for."""

    access_token: str
    expires_in: int
    scopes: tuple[Permission, ...]


class IdentityService:
    """
    Sign-in for customers (username), staff (e-mail address) and programs (name and secret).

    A wrong password, an unknown login, a disabled one and one that has to wait are told apart
    neither by the answer nor by its time. No connection is held while passwords wait.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def sign_in(
        self, database: Database, login: str, password: str, client: str | None = None
    ) -> SignedIn:
        """
        Tokens for a login and its password; ``client`` is the address that the try came from.

        Raises:
            InvalidCredentials: whatever is the matter.
            Busy: too many sign in; nothing was looked at.
        """
        name = normal(login)
        with passwords.queued():
            async with database.unit_of_work(SYSTEM) as session:
                tried = await tries.begin(session, Place.of(name[: LONGEST_LOGIN + 1], client))
                found = await login_named(session, name)
            is_right = await _is_right(found, tried, password)
        if not is_right or found is None:
            raise InvalidCredentials
        fresh = await passwords.rehashed(password, found.password_hash)
        async with database.unit_of_work(SYSTEM) as session:
            present = await login_of(await session.connection(), found.subject)
            if present != found:
                raise InvalidCredentials
            await tries.succeeded(session, tried)
            await sign_ins.prune(session)
            session.on_behalf_of(await person_of(await session.connection(), present.subject))
            if fresh is not None:
                present = await _with_hash(session, found, fresh)
            sign_in_id = await sign_ins.begin(session, present, client)
            await _note_sign_in(session, present)
            return await self._granted(session, present, sign_in_id)

    async def refresh(self, session: UnitOfWork, refresh_token: str) -> SignedIn | Reused:
        """
        New tokens for a refresh token, which thereby ends.

        ``Reused`` if the token was used before: the sign-in is ended then, to be committed.

        Raises:
            InvalidToken: unknown, expired or ended, or the login is another by now.
        """
        redeemed = await sign_ins.redeemed(session, refresh_token)
        if isinstance(redeemed, Reused):
            return redeemed
        sign_in_id, login = redeemed
        return await self._granted(session, login, sign_in_id)

    async def sign_out(
        self, session: UnitOfWork, refresh_token: str, *, everywhere: bool = False
    ) -> str | None:
        """
        End the token's sign-in, or all of its subject's; an unknown token is no error.

        Returns whose access tokens are good no more.
        """
        sign_in = await sign_ins.of_token(session, refresh_token)
        if sign_in is None:
            return None
        session.on_behalf_of(await person_of(await session.connection(), sign_in.subject))
        if everywhere and sign_in.ended_at is None:
            await sign_ins.end_all(session, sign_in.subject)
        else:
            await sign_ins.end(session, sign_in.subject, sign_in.id)
        return sign_in.subject

    async def change_password(
        self,
        database: Database,
        actor: Actor,
        current: str,
        new: str,
        client: str | None = None,
    ) -> None:
        """
        Replace the actor's own password and end its other sign-ins. Throttled like signing in.

        Announces ``customer.updated`` or ``identity.account.updated``.

        Raises:
            AccessDenied: the actor has no password.
            Invalid: the new one is too short or too long.
            InvalidCredentials: the current one is wrong, or is not looked at for now.
            Busy: too many sign in; nothing was looked at.
        """
        with passwords.queued():
            async with database.unit_of_work(SYSTEM) as session:
                login = await login_of(await session.connection(), actor.subject)
                if login is None:
                    raise AccessDenied("change a password: this account has none")
                passwords.checked(new, "newPassword")
                tried = await tries.begin(session, Place.of(login.name, client))
            if not await _is_right(login, tried, current):
                raise InvalidCredentials
            password_hash = await passwords.hashed(new)
        async with database.unit_of_work(SYSTEM) as session:
            session.on_behalf_of(actor)
            await tries.succeeded(session, tried)
            await replace_password(session, login, password_hash, actor.sign_in_id)

    async def service_token(
        self,
        database: Database,
        name: str,
        secret: str,
        scopes: tuple[Permission, ...] | None = None,
        client: str | None = None,
    ) -> ServiceToken:
        """
        A token for a program, with all of its scopes or those named (RFC 6749 §4.4).

        Raises:
            InvalidCredentials: no active service account has that name and secret.
            Invalid: it lacks one of the scopes.
        """
        async with database.unit_of_work(SYSTEM) as session:
            tried = await tries.begin(session, Place.of(f"service:{name[:LONGEST_LOGIN]}", client))
        async with database.unit_of_work(SYSTEM) as session:
            program = await service_accounts.program_with(session, name, secret)
            if program is None or not tried.is_admitted:
                raise InvalidCredentials
            await tries.succeeded(session, tried)
            await service_accounts.note_use(session, program)
        given = program.scopes if scopes is None else scopes
        if not set(given) <= set(program.scopes):
            raise Invalid("scope", "is more than the service account has")
        token = self._tokens.issue(
            program.subject,
            Role.SERVICE,
            scopes=given,
            ttl=SERVICE_TTL,
            secret_version=program.secret_version,
        )
        return ServiceToken(token, int(SERVICE_TTL.total_seconds()), given)

    async def _granted(self, session: UnitOfWork, login: Login, sign_in_id: UUID) -> SignedIn:
        access_token = self._tokens.issue(
            login.subject,
            login.role,
            customer_id=login.customer_id,
            reseller_id=login.reseller_id,
            sign_in_id=sign_in_id,
        )
        return SignedIn(
            access_token=access_token,
            refresh_token=await sign_ins.refresh_token(session, sign_in_id),
            expires_in=int(ACCESS_TTL.total_seconds()),
            role=login.role,
            subject=login.subject,
        )


async def _is_right(login: Login | None, tried: tries.Try, password: str) -> bool:
    """One hash is checked, whatever is known already."""
    right = await passwords.matches(password, None if login is None else login.password_hash)
    return right and tried.is_admitted


async def _with_hash(session: UnitOfWork, login: Login, password_hash: str) -> Login:
    renewed = replace(login, password_hash=password_hash)
    await keep_hash(session, login, password_hash)
    await sign_ins.restamp(session, login, renewed)
    return renewed


async def _note_sign_in(session: UnitOfWork, login: Login) -> None:
    if login.customer_id is None:
        await session.execute(
            update(Account)
            .where(Account.id == int(login.subject.partition(":")[2]))
            .values(last_signed_in_at=session.now)
            .execution_options(synchronize_session=False)
        )
