"""Sign-ins: begun by a password, kept up by refresh tokens, ended for good."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identity import records
from domain.identity.errors import InvalidToken
from domain.identity.logins import Login, login_of, person_of
from domain.identity.models import RefreshToken, SignIn
from domain.kernel.audit import Origin, originating
from domain.kernel.records import fetch, select_record
from domain.kernel.unit_of_work import UnitOfWork

#: How long a refresh token is good for, and a sign-in however often it is refreshed.
REFRESH_TTL = timedelta(days=14)
SIGN_IN_TTL = timedelta(days=90)
MOST_SHOWN = 100
_PRUNED_AT_ONCE = 50
_SHOWN_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Reused:
    """A refresh token came a second time: the subject's sign-in is ended by that."""

    subject: str


async def begin(session: UnitOfWork, login: Login, client: str | None) -> UUID:
    """A new sign-in of the login."""
    sign_in = SignIn(
        id=uuid4(),
        subject=login.subject,
        stamp=login.stamp,
        client=shortened(client),
        signed_in_at=session.now,
        last_used_at=session.now,
        expires_at=session.now + SIGN_IN_TTL,
    )
    session.add(sign_in)
    await session.flush()
    return sign_in.id


async def prune(session: UnitOfWork) -> None:
    """Forget some sign-ins that are over by age, with their tokens."""
    old = (
        select(SignIn.id)
        .where(SignIn.expires_at < session.now)
        .limit(_PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    # Nobody asked for it, least of all whoever happens to sign in now.
    with originating(Origin("pruneSignIns")):
        await session.execute(
            delete(SignIn).where(SignIn.id.in_(old)).execution_options(synchronize_session=False)
        )


async def refresh_token(session: UnitOfWork, sign_in_id: UUID) -> str:
    """A new refresh token of a sign-in, good once and no longer than the sign-in."""
    row = await _locked(session, sign_in_id)
    token = secrets.token_urlsafe(32)
    session.add(
        RefreshToken(
            token_hash=digest(token),
            sign_in_id=row.id,
            created_at=session.now,
            expires_at=min(session.now + REFRESH_TTL, row.expires_at),
        )
    )
    row.last_used_at = session.now
    return token


async def redeemed(session: UnitOfWork, token: str) -> tuple[UUID, Login] | Reused:
    """
    The sign-in of a refresh token, which thereby ends, and who it is of.

    ``Reused`` if the token was used before: the sign-in is ended then, to be committed.
    There is no grace for a second use, however soon: what lost its answer signs in anew.

    Raises:
        InvalidToken: unknown, expired or ended, or the login is another by now.
    """
    found = RefreshToken.token_hash == digest(token)
    sign_in_id = await session.scalar(select(RefreshToken.sign_in_id).where(found))
    if sign_in_id is None:
        raise InvalidToken
    # The sign-in is locked first, here and where it is ended: its tokens change one at a time.
    sign_in = await _locked(session, sign_in_id)
    session.on_behalf_of(await person_of(await session.connection(), sign_in.subject))
    row = await session.locked(RefreshToken, found)
    if row is None or sign_in.ended_at is not None or row.expires_at <= session.now:
        raise InvalidToken
    if row.used_at is not None:
        sign_in.ended_at = session.now
        return Reused(sign_in.subject)
    row.used_at = session.now
    login = await login_of(await session.connection(), sign_in.subject)
    if login is None or login.stamp != sign_in.stamp:
        raise InvalidToken
    return sign_in.id, login


async def of_token(session: UnitOfWork, token: str) -> SignIn | None:
    """The sign-in that a refresh token is or was of."""
    mine = select(RefreshToken.sign_in_id).where(RefreshToken.token_hash == digest(token))
    return await session.scalar(select(SignIn).where(SignIn.id.in_(mine)))


async def end(session: UnitOfWork, subject: str, sign_in_id: UUID) -> bool:
    """End one sign-in of the subject's; whether it was running."""
    return await _end(session, SignIn.subject == subject, SignIn.id == sign_in_id) > 0


async def end_all(session: UnitOfWork, subject: str, *, but: UUID | None = None) -> int:
    """End every sign-in of the subject's, but one if it is named; how many that were."""
    others = () if but is None else (SignIn.id != but,)
    return await _end(session, SignIn.subject == subject, *others)


async def restamp(session: UnitOfWork, before: Login, after: Login) -> None:
    """Let the sign-ins that hold for a login hold for what it has become."""
    await session.execute(
        update(SignIn)
        .where(SignIn.subject == before.subject, SignIn.stamp == before.stamp, _RUNS)
        .values(stamp=after.stamp)
        .execution_options(synchronize_session=False)
    )


async def holds(connection: AsyncConnection, sign_in_id: UUID, login: Login) -> bool:
    """Whether the sign-in is the login's, as that is now, and has not ended."""
    found = await connection.scalar(
        select(SignIn.id).where(
            SignIn.id == sign_in_id,
            SignIn.subject == login.subject,
            SignIn.stamp == login.stamp,
            _RUNS,
        )
    )
    return found is not None


async def running(connection: AsyncConnection, subject: str) -> Sequence[records.SignIn]:
    """The subject's sign-ins that go on, the one used last first; 100 at most."""
    login = await login_of(connection, subject)
    if login is None:
        return []
    statement = select_record(records.SignIn, SignIn).where(
        SignIn.subject == subject,
        SignIn.stamp == login.stamp,
        # Later it has no refresh token that is good.
        SignIn.last_used_at > func.now() - REFRESH_TTL,
        _RUNS,
    )
    newest = statement.order_by(SignIn.last_used_at.desc(), SignIn.id).limit(MOST_SHOWN)
    return await fetch(connection, records.SignIn, newest)


def shortened(client: str | None) -> str | None:
    """The network of an address, for its owner to know: an IPv4 /24, an IPv6 /48."""
    try:
        address = ip_address((client or "").partition("%")[0])
    except ValueError:
        return None
    return str(ip_network((address, _SHOWN_BITS[address.version]), strict=False))


def digest(token: str) -> str:
    """What is kept of a token or secret of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _locked(session: UnitOfWork, sign_in_id: UUID) -> SignIn:
    row = await session.locked(SignIn, SignIn.id == sign_in_id)
    if row is None:
        raise InvalidToken
    return row


async def _end(session: UnitOfWork, *which: ColumnElement[bool]) -> int:
    # Row by row: the audit log is to tell of each whose it was.
    running = select(SignIn).where(*which, _RUNS).order_by(SignIn.id).with_for_update()
    rows = (await session.scalars(running.execution_options(populate_existing=True))).all()
    for row in rows:
        row.ended_at = session.now
    await session.flush()
    return len(rows)


_RUNS = SignIn.ended_at.is_(None)
