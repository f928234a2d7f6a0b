"""Ids of dead letters: opaque, like global ids, though of two keys."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

from domain.kernel.dead_letters import LetterKey
from domain.kernel.errors import Invalid

_LONGEST = 1024
_TEXT = re.compile(r"1:DeadLetter:([0-9]{1,18}):(.+)", re.DOTALL)


def letter_id(root: Any) -> str:
    """The resolver of ``DeadLetter.id``."""
    text = f"1:DeadLetter:{root.position}:{root.consumer}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def letter_keys(ids: Sequence[str]) -> list[LetterKey]:
    """
    The keys in ids.

    Raises:
        Invalid: one is no id of a dead letter.
    """
    return [_letter_key(id, ("ids", str(number))) for number, id in enumerate(ids)]


def _letter_key(id: str, path: tuple[str, ...]) -> LetterKey:
    match = _TEXT.fullmatch(_text_of(id))
    if match is None or "\0" in match[2]:
        raise Invalid(path, "is not the id of a dead letter")
    return LetterKey(match[2], int(match[1]))


def _text_of(id: str) -> str:
    if len(id) > _LONGEST:
        return ""
    try:
        padded = id + "=" * (-len(id) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
