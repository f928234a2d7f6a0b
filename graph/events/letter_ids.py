"""Ids of dead letters: opaque, like global ids, though of two keys."""

import base64
import binascii
import re
from typing import Any

from domain.kernel.dead_letters import LetterKey

_LONGEST = 1024
_TEXT = re.compile(r"1:DeadLetter:([0-9]{1,18}):(.+)", re.DOTALL)
#: What no dead letter has.
_NOBODY = LetterKey("", 0)


def letter_id(root: Any) -> str:
    """The resolver of ``DeadLetter.id``."""
    text = f"1:DeadLetter:{root.position}:{root.consumer}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def letter_key(id: str) -> LetterKey:
    """The keys in an id; those of no dead letter for any other text."""
    if len(id) > _LONGEST:
        return _NOBODY
    try:
        padded = id + "=" * (-len(id) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return _NOBODY
    match = _TEXT.fullmatch(text)
    if match is None or "\0" in text:
        return _NOBODY
    return LetterKey(match[2], int(match[1]))
