"""Identifiers made here: UUIDs of version 7 (RFC 9562), which sort by time."""

import os
import time
from datetime import datetime
from uuid import UUID

_DRAWN_OCTETS = 4096
_drawn = bytearray()


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | int.from_bytes(_random(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def _random(octets: int) -> bytes:
    """Bytes of the operating system's randomness, which is asked for many at once."""
    if len(_drawn) < octets:
        _drawn[:] = os.urandom(_DRAWN_OCTETS)
    taken = bytes(_drawn[-octets:])
    del _drawn[-octets:]
    return taken


def first_uuid7(instant: datetime) -> UUID:
    """The smallest UUID that one made at the instant can have: where a range of time begins."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)
