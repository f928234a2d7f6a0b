"""The Duration scalar: what it reads and how it writes."""

from datetime import timedelta

import pytest
from graphql import GraphQLError

from graph.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("PT1H", timedelta(hours=1)),
        ("P1D", timedelta(days=1)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("PT0S", timedelta(0)),
    ],
)
def test_a_duration_reads_and_writes_the_same(text, length):
    assert parse_duration(text) == length
    assert format_duration(length) == text


@pytest.mark.parametrize(
    ("text", "shortest"), [("P2W", "P14D"), ("PT90M", "PT1H30M"), ("PT36H", "P1DT12H")]
)
def test_other_spellings_are_read_too(text, shortest):
    assert format_duration(parse_duration(text)) == shortest


@pytest.mark.parametrize(
    "value",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P1Y",
        "P1M",
        "1H",
        "pt1h",
        "PT-1H",
        "-PT1H",
        "PT1H ",
        "PT1,5S",
        60,
        None,
        "PT١H",
    ],
)
def test_anything_else_is_refused(value):
    with pytest.raises(GraphQLError, match="like PT15M"):
        parse_duration(value)
