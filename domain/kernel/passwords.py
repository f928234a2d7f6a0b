"""Passwords: argon2id hashes, checked off the event loop, never more than two at a time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.kernel.errors import Invalid

SHORTEST = 8
LONGEST = 256

_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
_slots = asyncio.Semaphore(2)
#: Checked when there is no such login, so that both answers take the same time.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """
    The argon2id hash of a new password.

    Raises:
        Invalid: shorter than 8 or longer than 256 characters.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", f"must have {SHORTEST} to {LONGEST} characters")
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed; False too when there is no hash."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
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
