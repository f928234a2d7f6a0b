"""Which types of events an endpoint is subscribed to: names and patterns, never misspelt."""

from collections.abc import Collection, Mapping, Sequence

from domain.kernel.access import Permission
from domain.kernel.errors import Invalid

#: Every type of event, and what reading it needs beside ``event:read``.
EventTypes = Mapping[str, Permission]

_MOST = 50


def readable(permissions: frozenset[Permission], types: EventTypes) -> frozenset[str]:
    """The types that somebody with these permissions may read."""
    if Permission.EVENT_READ not in permissions:
        return frozenset()
    return frozenset(name for name, needed in types.items() if needed in permissions)


def matching(patterns: Collection[str], types: Collection[str]) -> frozenset[str]:
    """The types that a pattern means: by its name, all below ``customer.*``, or ``*`` for all."""
    if "*" in patterns:
        return frozenset(types)
    exact = frozenset(patterns)
    below = tuple(pattern[:-1] for pattern in patterns if pattern.endswith(".*"))
    return frozenset(name for name in types if name in exact or name.startswith(below))


def checked(patterns: Sequence[str], types: Collection[str]) -> list[str]:
    """
    The patterns, sorted and each once.

    Raises:
        Invalid: none, too many, or one that names no type the owner may read.
    """
    if not 0 < len(patterns) <= _MOST:
        raise Invalid("eventTypes", f"must be 1 to {_MOST}")
    for number, pattern in enumerate(patterns):
        if not matching([pattern], types):
            reason = "is no event type that the endpoint's owner may read, nor a pattern of such"
            raise Invalid(["eventTypes", str(number)], reason)
    return sorted(set(patterns))
