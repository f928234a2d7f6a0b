"""Laws of the scalars: every instant goes over the wire as one text, and comes back from it."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from graph.scalars import format_date_time, parse_date_time

offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(
    datetime(1901, 1, 2),  # noqa: DTZ001 (the strategy adds the offset)
    datetime(2199, 12, 30),  # noqa: DTZ001 (the strategy adds the offset)
    timezones=offsets | st.just(UTC),
)


@given(instants)
def test_an_instant_is_written_as_iso_8601_has_it_in_utc(instant):
    in_utc = instant.astimezone(UTC)

    assert format_date_time(instant) == in_utc.isoformat().replace("+00:00", "Z")


@given(instants)
def test_an_instant_comes_back_from_its_text(instant):
    assert parse_date_time(format_date_time(instant)) == instant
