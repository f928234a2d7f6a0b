"""Times of the week at which usage does not count."""
# ruff: noqa: DTZ001 (local times have no zone)

from datetime import datetime

import pytest

from domain.kernel.errors import Invalid
from domain.tariff.windows import FreeWindow, checked_windows, is_free, windows_of

WEEKEND = FreeWindow((6, 7), 0, 1440)
NIGHTS = FreeWindow((1, 2, 3, 4, 5), 0, 6 * 60)


@pytest.mark.parametrize(
    ("local", "free"),
    [
        (datetime(2025, 3, 7, 23, 59), False),
        (datetime(2025, 3, 8, 0, 0), True),
        (datetime(2025, 3, 9, 23, 59), True),
        (datetime(2025, 3, 10, 0, 0), True),
        (datetime(2025, 3, 10, 5, 59), True),
        (datetime(2025, 3, 10, 6, 0), False),
    ],
)
def test_a_window_is_half_open_on_its_days(local, free):
    assert is_free((WEEKEND, NIGHTS), local) is free


def test_without_windows_nothing_is_free():
    assert not is_free((), datetime(2025, 3, 8))


def test_windows_come_back_from_the_column_as_they_were():
    assert windows_of(checked_windows([WEEKEND, NIGHTS], "freeWindows")) == (WEEKEND, NIGHTS)
    assert checked_windows([], "freeWindows") is None
    assert windows_of(None) == ()


@pytest.mark.parametrize(
    ("window", "path"),
    [
        (FreeWindow((), 0, 10), "weekdays"),
        (FreeWindow((0,), 0, 10), "weekdays"),
        (FreeWindow((8,), 0, 10), "weekdays"),
        (FreeWindow((1,), 10, 10), "toMinute"),
        (FreeWindow((1,), -1, 10), "toMinute"),
        (FreeWindow((1,), 0, 1441), "toMinute"),
    ],
)
def test_names_what_of_a_window_breaks_a_rule(window, path):
    with pytest.raises(Invalid) as failure:
        checked_windows([WEEKEND, window], "freeWindows")

    assert failure.value.path == ("freeWindows", "1", path)


def test_refuses_more_windows_than_anybody_reads():
    with pytest.raises(Invalid, match="at most 20"):
        checked_windows([WEEKEND] * 21, "freeWindows")
