"""The vault: what the database keeps only sealed, such as secrets that we must know again."""

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
#: Where the key's name is in what was sealed: octets from, counted from 1 as SQL does, and for.
KEY_NAME_AT = (2, 4)
_KEY_NAME_BYTES = KEY_NAME_AT[1]
_NONCE_BYTES = 12
_PURPOSE = b"isp-graph vault"


class Unopenable(Exception):
    """Sealed under a key that is not configured, for another place, or changed since."""


class Vault:
    """
    Seals octets with AES-256-GCM (NIST SP 800-38D) under the first key; opens under any of them.

    Sealed is: version (1 octet), name of the key (4), nonce (12), ciphertext with tag. ``place``
    is authenticated and not kept: what was sealed for one row opens for no other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        derived = [_derived(key) for key in keys]
        self._newest = _name(derived[0])
        self._ciphers = {_name(key): AESGCM(key) for key in derived}

    def __repr__(self) -> str:
        return f"Vault({len(self._ciphers)} keys)"

    @property
    def newest_key(self) -> str:
        """The name of the key that seals."""
        return self._newest.hex()

    @property
    def key_names(self) -> frozenset[str]:
        """The names of all keys that open; a name tells nothing of its key."""
        return frozenset(name.hex() for name in self._ciphers)

    def seal(self, plain: bytes, *, place: str) -> bytes:
        """The octets, unreadable without the key and the place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = self._ciphers[self._newest].encrypt(nonce, plain, place.encode())
        return _VERSION + self._newest + nonce + hidden

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """What was sealed for the place. Raises ``Unopenable``."""
        name_ends = len(_VERSION) + _KEY_NAME_BYTES
        nonce_ends = name_ends + _NONCE_BYTES
        cipher = self._ciphers.get(sealed[len(_VERSION) : name_ends])
        if cipher is None or not sealed.startswith(_VERSION):
            raise Unopenable
        try:
            return cipher.decrypt(sealed[name_ends:nonce_ends], sealed[nonce_ends:], place.encode())
        except (InvalidTag, ValueError):
            raise Unopenable from None


def _derived(key: str) -> bytes:
    """A key of 256 bits from a configured text (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())


def _name(key: bytes) -> bytes:
    return hashlib.sha256(_PURPOSE + key).digest()[:_KEY_NAME_BYTES]
