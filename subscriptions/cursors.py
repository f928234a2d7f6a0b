"""Cursors: positions of the event log as clients hold them, opaque and sealed."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from uuid import UUID

from domain.kernel.errors import Invalid

_VERSION = b"\x01"
_SEAL_BYTES = 12
_PLACE = struct.Struct(">Q")
_LENGTH = len(_VERSION) + _PLACE.size + _SEAL_BYTES


@dataclass(frozen=True, slots=True)
class Cursors:
    """
    Seals positions of one log and opens what it sealed.

    A cursor is base64url of: version (1 octet), position (8, big-endian), and the first 12 octets
    of HMAC-SHA256 over both and the epoch. Key and epoch are the log's, so a cursor is good in
    every process on the database, and void once the log was restored to an earlier state.
    """

    epoch: UUID
    key: bytes

    def seal(self, position: int) -> str:
        """The cursor of a position."""
        place = _VERSION + _PLACE.pack(position)
        return base64.urlsafe_b64encode(place + self._seal(place)).decode().rstrip("=")

    def open(self, cursor: str) -> int:
        """
        The position in a cursor of this log.

        Raises:
            Invalid: not sealed by this log, or in an earlier epoch of it.
        """
        try:
            if len(cursor) != -(-_LENGTH * 4 // 3):
                raise ValueError
            padded = cursor + "=" * (-len(cursor) % 4)
            octets = base64.b64decode(padded, altchars=b"-_", validate=True)
            place, seal = octets[:-_SEAL_BYTES], octets[-_SEAL_BYTES:]
            if not hmac.compare_digest(seal, self._seal(place)):
                raise ValueError
        except (ValueError, binascii.Error):
            raise Invalid("after", "is not a cursor of this event log as it is now") from None
        position: int = _PLACE.unpack(place[len(_VERSION) :])[0]
        return position

    def _seal(self, place: bytes) -> bytes:
        whole = hmac.digest(self.key, self.epoch.bytes + place, hashlib.sha256)
        return whole[:_SEAL_BYTES]
