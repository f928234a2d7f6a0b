"""Durations on the wire: ISO 8601 with days, hours, minutes and seconds, or whole weeks."""

import datetime
import re
from typing import Any

from graphql import GraphQLError

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,5})D)?(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?"
    r"(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?)",
    re.ASCII,
)


def parse_duration(value: Any) -> datetime.timedelta:
    """``PT15M``, ``P1D`` or ``P2W``; no years and months, whose length depends on the date."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    parts = {} if match is None else {k: float(v) for k, v in match.groupdict().items() if v}
    if not parts:
        raise GraphQLError("Duration must be an ISO 8601 duration, like PT15M or P1DT12H")
    return datetime.timedelta(**parts)


def format_duration(value: datetime.timedelta) -> str:
    """Days, hours, minutes and seconds, none of them zero: ``P1DT12H``; nothing is ``PT0S``."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    clock = "".join(
        f"{number}{unit}"
        for number, unit in ((hours, "H"), (minutes, "M"), (f"{seconds}{fraction}", "S"))
        if number not in (0, "0")
    )
    days = f"{value.days}D" if value.days else ""
    return f"P{days}T{clock}" if clock else f"P{days}" if days else "PT0S"
