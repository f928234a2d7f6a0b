"""Passwords: argon2id hashes, checked off the event loop, never more than two at a time."""

import asyncio
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.kernel.errors import Busy, Invalid

T = TypeVar("T")

SHORTEST = 8
LONGEST = 256

_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
_AT_ONCE = 2
#: How many may be at it: two whose password is hashed, and 32 who wait for that.
MOST_QUEUED = _AT_ONCE + 32
# Threads and no semaphore: a hash goes on though the one who asked for it has been cancelled.
_threads = ThreadPoolExecutor(_AT_ONCE, "password")
_queued = 0
_has_place: ContextVar[bool] = ContextVar("has_place", default=False)
#: Checked when there is no such login, so that both answers take the same time.
_NOBODY = _hasher.hash("nobody has this password")


def checked(password: str, field: str = "password") -> str:
    """
    A new password as it is hashed: in NFC (RFC 8265 §4.2.2), so that keyboards do not matter.

    Raises:
        Invalid: shorter than 8 or longer than 256 characters.
    """
    normal = _normal(password) if len(password) <= LONGEST else ""
    if not SHORTEST <= len(normal) <= LONGEST:
        raise Invalid(field, f"must have {SHORTEST} to {LONGEST} characters")
    return normal


def hash_password(password: str) -> str:
    """The argon2id hash of a new password. Raises ``Invalid`` as ``checked`` does."""
    return _hasher.hash(checked(password))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed; False too when there is no hash."""
    if len(password) > LONGEST:
        return False
    try:
        right = _hasher.verify(password_hash or _NOBODY, _normal(password))
        return right and password_hash is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@contextmanager
def queued() -> Iterator[None]:
    """
    A place in the queue for what hashes or checks passwords inside, however long that is by then.

    Take it before anything is looked up: whoever is refused is refused alike.

    Raises:
        Busy: 32 wait already; at once, since those behind them would come too late anyway.
    """
    global _queued
    if _has_place.get():
        yield
        return
    if _queued >= MOST_QUEUED:
        raise Busy
    _queued += 1
    token = _has_place.set(True)
    try:
        yield
    finally:
        _has_place.reset(token)
        _queued -= 1


async def hashed(password: str) -> str:
    """``hash_password`` in a thread. Raises ``Busy`` as ``queued`` does."""
    with queued():
        return await _in_thread(hash_password, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """
    ``verify_password`` in a thread; takes as long for an unknown login as for a known one.

    Raises ``Busy`` as ``queued`` does.
    """
    with queued():
        return await _in_thread(verify_password, password, password_hash)


async def rehashed(password: str, password_hash: str) -> str | None:
    """A new hash of a right password whose hash was made with other parameters, else None."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    return await _in_thread(_hasher.hash, _normal(password))


async def _in_thread(work: Callable[..., T], *arguments: str | None) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *arguments)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
