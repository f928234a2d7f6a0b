"""Global ids: opaque, versioned, typed (Relay Object Identification)."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

_VERSION = "1"
_LONGEST = 64
_TEXT = re.compile(r"1:([A-Za-z]{1,40}):([0-9]{1,19})")
_LARGEST_KEY = 2**31 - 1
_LARGEST_BIG_KEY = 2**63 - 1
#: Types whose rows pass 2^31.
_BIG_KEYED = frozenset({"RadiusSession", "CommissionEntry"})


def encode_id(type_name: str, key: int) -> str:
    """The global id of a node."""
    text = f"{_VERSION}:{type_name}:{key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_id(global_id: str) -> tuple[str, int] | None:
    """Type name and key, or None for anything that is not an id made here."""
    if not 0 < len(global_id) <= _LONGEST:
        return None
    try:
        padded = global_id + "=" * (-len(global_id) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    type_name, key = match[1], int(match[2])
    largest = _LARGEST_BIG_KEY if type_name in _BIG_KEYED else _LARGEST_KEY
    return (type_name, key) if key <= largest else None


def key_of(global_id: str, type_name: str) -> int:
    """The key in an id of that type; 0, which no row has, for any other text."""
    decoded = decode_id(global_id)
    return decoded[1] if decoded is not None and decoded[0] == type_name else 0


def id_of(type_name: str) -> Callable[[Any], str]:
    """The resolver of a node type's ``id``."""

    def resolve(root: Any) -> str:
        return encode_id(type_name, root.id)

    return resolve
