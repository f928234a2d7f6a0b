"""Passwords: argon2id hashes, checked off the event loop, never more than two at a time."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.kernel.errors import Invalid

SHORTEST = 8
LONGEST = 256

_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
_slots = asyncio.Semaphore(2)
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


async def hashed(password: str) -> str:
    """``hash_password`` in a thread."""
    async with _slots:
        return await asyncio.to_thread(hash_password, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """``verify_password`` in a thread; takes as long for an unknown login as for a known one."""
    async with _slots:
        return await asyncio.to_thread(verify_password, password, password_hash)


async def rehashed(password: str, password_hash: str) -> str | None:
    """A new hash of a right password whose hash was made with other parameters, else None."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    async with _slots:
        return await asyncio.to_thread(_hasher.hash, _normal(password))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
