"""Signing in, staying signed in, signing out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select, update

from domain.customer.models import Customer, CustomerStatus
from domain.identity.errors import InvalidToken
from domain.identity.models import Account, AccountRole, FailedSignIn, RefreshToken
from domain.identity.tokens import ACCESS_TTL, Tokens
from domain.kernel import passwords, values
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import Database
from domain.kernel.unit_of_work import UnitOfWork

REFRESH_TTL = timedelta(days=14)
_MOST_FAILURES = 5
_FAILURES_WITHIN = timedelta(minutes=15)
_LONGEST_LOGIN = 254


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gives: an access token for ``expires_in`` seconds and its successor's key."""

    access_token: str
    refresh_token: str
    expires_in: int
    role: Role
    subject: str


@dataclass(frozen=True, slots=True)
class _Login:
    """A login that exists: whom its tokens speak for."""

    subject: str
    role: Role
    password_hash: str | None = None
    customer_id: int | None = None
    reseller_id: int | None = None


class IdentityService:
    """
    Sign-in for customers (username) and staff (e-mail address).

    A wrong password, an unknown login and a disabled one are told apart neither by the answer
    nor by its time. After five failures in 15 minutes a login is refused whatever the password.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def check_password(self, database: Database, login: str, password: str) -> str | None:
        """
        The subject who may sign in with these, or None. Failures are counted by the caller.

        Passwords wait for one another; no connection is held meanwhile.
        """
        login = _normal(login)
        async with database.session(SYSTEM) as session:
            found = await self._login(session, login) if len(login) <= _LONGEST_LOGIN else None
        right = await passwords.matches(password, found.password_hash if found else None)
        async with database.session(SYSTEM) as session:
            throttled = await self._is_throttled(session, login)
        return found.subject if found and right and not throttled else None

    async def record_failure(self, session: UnitOfWork, login: str) -> None:
        """Count a failed attempt, in a transaction of its own."""
        session.add(FailedSignIn(login_hash=_digest(_normal(login)), failed_at=session.now))

    async def sign_in(self, session: UnitOfWork, subject: str, login: str) -> SignedIn:
        """Tokens for a subject whose password was right; its failures are forgotten."""
        await session.execute(
            delete(FailedSignIn).where(FailedSignIn.login_hash == _digest(_normal(login)))
        )
        return await self._tokens_for(session, await self._subject(session, subject), str(uuid4()))

    async def refresh(self, session: UnitOfWork, refresh_token: str) -> SignedIn | None:
        """
        New tokens for a refresh token, which thereby ends.

        None if the token was used before: the family is ended then, and that must be committed.

        Raises:
            InvalidToken: unknown, expired or ended, or the login is gone.
        """
        row = await session.locked(RefreshToken, RefreshToken.token_hash == _digest(refresh_token))
        if row is None or row.ended_at is not None or row.expires_at <= session.now:
            raise InvalidToken
        if row.used_at is not None:
            await self._end_family(session, row.family)
            return None
        row.used_at = session.now
        return await self._tokens_for(
            session, await self._subject(session, row.subject), row.family
        )

    async def sign_out(self, session: UnitOfWork, refresh_token: str) -> None:
        """End the token's whole family; an unknown token is no error."""
        family = await session.scalar(
            select(RefreshToken.family).where(RefreshToken.token_hash == _digest(refresh_token))
        )
        if family is not None:
            await self._end_family(session, family)

    async def create_account(
        self,
        session: UnitOfWork,
        *,
        email: str,
        display_name: str,
        role: AccountRole,
        password: str,
        reseller_id: int | None = None,
    ) -> Account:
        """An account for staff or a reseller's person. Raises ``Invalid``."""
        account = Account(
            email=values.email_address(email).lower(),
            display_name=values.text(display_name, "displayName"),
            role=role,
            reseller_id=reseller_id,
            password_hash=await passwords.hashed(password),
        )
        session.add(account)
        await session.flush()
        return account

    async def _tokens_for(self, session: UnitOfWork, login: _Login, family: str) -> SignedIn:
        refresh_token = secrets.token_urlsafe(32)
        session.add(
            RefreshToken(
                token_hash=_digest(refresh_token),
                family=family,
                subject=login.subject,
                created_at=session.now,
                expires_at=session.now + REFRESH_TTL,
            )
        )
        access_token = self._tokens.issue(
            login.subject,
            login.role,
            customer_id=login.customer_id,
            reseller_id=login.reseller_id,
        )
        return SignedIn(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_in=int(ACCESS_TTL.total_seconds()),
            role=login.role,
            subject=login.subject,
        )

    async def _login(self, session: UnitOfWork, login: str) -> _Login | None:
        account = await session.scalar(
            select(Account).where(Account.email == login, Account.is_active)
        )
        if account is not None:
            return _of_account(account)
        customer = await session.scalar(
            select(Customer).where(Customer.username == login, *_MAY_SIGN_IN)
        )
        return None if customer is None else _of_customer(customer)

    async def _subject(self, session: UnitOfWork, subject: str) -> _Login:
        kind, _, key = subject.partition(":")
        if kind == "account":
            account = await session.scalar(
                select(Account).where(Account.id == int(key), Account.is_active)
            )
            login = None if account is None else _of_account(account)
        else:
            customer = await session.scalar(
                select(Customer).where(Customer.id == int(key), *_MAY_SIGN_IN)
            )
            login = None if customer is None else _of_customer(customer)
        if login is None:
            raise InvalidToken
        return login

    async def _is_throttled(self, session: UnitOfWork, login: str) -> bool:
        failures = await session.scalar(
            select(func.count()).where(
                FailedSignIn.login_hash == _digest(login),
                FailedSignIn.failed_at > session.now - _FAILURES_WITHIN,
            )
        )
        return (failures or 0) >= _MOST_FAILURES

    async def _end_family(self, session: UnitOfWork, family: str) -> None:
        await session.execute(
            update(RefreshToken).where(RefreshToken.family == family).values(ended_at=session.now)
        )


_MAY_SIGN_IN = (Customer.deleted_at.is_(None), Customer.status != CustomerStatus.CLOSED)


def _of_account(account: Account) -> _Login:
    return _Login(
        subject=f"account:{account.id}",
        role=Role(account.role.value),
        password_hash=account.password_hash,
        reseller_id=account.reseller_id,
    )


def _of_customer(customer: Customer) -> _Login:
    return _Login(
        subject=f"customer:{customer.id}",
        role=Role.CUSTOMER,
        password_hash=customer.password_hash,
        customer_id=customer.id,
    )


def _normal(login: str) -> str:
    """One spelling of a login, so that its failures are counted together."""
    return login.strip().lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
