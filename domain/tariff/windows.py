"""Times of the week at which usage does not count. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.kernel.errors import Invalid

_MINUTES_OF_A_DAY = 24 * 60
_MOST_WINDOWS = 20


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """
    Minutes since midnight from ``from_minute`` until ``to_minute`` (exclusive, at most 1440).

    ``weekdays`` are 1 (Monday) to 7 (Sunday), both in the customer's time zone.
    """

    weekdays: tuple[int, ...]
    from_minute: int
    to_minute: int

    def has(self, local: datetime) -> bool:
        """Whether the local time lies in the window."""
        minute = local.hour * 60 + local.minute
        return local.isoweekday() in self.weekdays and (self.from_minute <= minute < self.to_minute)

    def stored(self) -> dict[str, Any]:
        """The window as the column holds it."""
        return {
            "weekdays": [*self.weekdays],
            "from_minute": self.from_minute,
            "to_minute": self.to_minute,
        }


def windows_of(stored: Iterable[dict[str, Any]] | None) -> tuple[FreeWindow, ...]:
    """The windows as the column holds them; none for None."""
    return tuple(
        FreeWindow(tuple(each["weekdays"]), each["from_minute"], each["to_minute"])
        for each in stored or ()
    )


def is_free(windows: Iterable[FreeWindow], local: datetime) -> bool:
    """Whether usage at the local time counts for nothing."""
    return any(window.has(local) for window in windows)


def checked_windows(windows: Sequence[FreeWindow], field: str) -> list[dict[str, Any]] | None:
    """
    The windows as the column holds them; None for none.

    Raises:
        Invalid: too many, or one without days, with other days than 1 to 7, or without minutes.
    """
    if len(windows) > _MOST_WINDOWS:
        raise Invalid(field, f"must be at most {_MOST_WINDOWS}")
    for number, window in enumerate(windows):
        place = [field, str(number)]
        if not window.weekdays or not {*window.weekdays} <= {*range(1, 8)}:
            raise Invalid([*place, "weekdays"], "must be days from 1 to 7")
        if not 0 <= window.from_minute < window.to_minute <= _MINUTES_OF_A_DAY:
            raise Invalid([*place, "toMinute"], "must be later than fromMinute, and 1440 at most")
    return [window.stored() for window in windows] or None
