"""Cursors: positions of the event log as clients hold them, opaque and sealed."""

import base64
import binascii
import struct
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from domain.kernel.errors import Invalid

_BLOCK = struct.Struct(">Q8s")
_CHARACTERS = -(-_BLOCK.size * 4 // 3)


@dataclass(frozen=True)
class Cursors:
    """
    Seals positions of one log and opens what it sealed.

    A cursor is base64url of one block of AES-256: the position (8 octets, big-endian) and the
    first 8 octets of the epoch. One block is a permutation that only the ``key`` (32 octets)
    knows: a cursor tells nothing of how much the log holds, and one that was not sealed here opens
    to another epoch, but once in 2^64. Key and epoch are the log's, so a cursor is good in every
    process on the database, and void once the log was restored to an earlier state.
    """

    epoch: UUID
    key: bytes

    def seal(self, position: int) -> str:
        """The cursor of a position."""
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(_BLOCK.pack(position, self._check)) + encryptor.finalize()
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, cursor: str) -> int:
        """
        The position in a cursor of this log.

        Raises:
            Invalid: not sealed by this log, or in an earlier epoch of it.
        """
        try:
            position, check = _BLOCK.unpack(self._opened(cursor))
            if check != self._check:
                raise ValueError
        except (ValueError, binascii.Error):
            message = "is not a cursor of this event log as it is now"
            raise Invalid("after", message) from None
        return int(position)

    def _opened(self, cursor: str) -> bytes:
        if len(cursor) != _CHARACTERS:
            raise ValueError
        sealed = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
        # Spare bits of the last character would make several texts of one cursor.
        if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != cursor:
            raise ValueError
        decryptor = self._cipher.decryptor()
        return decryptor.update(sealed) + decryptor.finalize()

    @property
    def _check(self) -> bytes:
        return self.epoch.bytes[:8]

    @cached_property
    def _cipher(self) -> "Cipher[ECB]":
        # A single block at a time, each sealed once: what ECB lacks is not missed here.
        return Cipher(AES(self.key), ECB())  # noqa: S305
