"""Requests for series: their bounds, and the step chosen when none is given."""

from datetime import timedelta

import pytest

from domain.kernel.errors import Invalid
from domain.monitoring.kinds import BOUNDS, UNITS
from domain.monitoring.models import MetricKind
from domain.monitoring.series import SeriesRequest, usual_step
from tests.support.monitoring import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_request(length: timedelta, step: timedelta | None = None, kinds=None) -> SeriesRequest:
    return SeriesRequest.of(kinds=kinds, start=NOON, end=NOON + length, step=step)


class TestSeriesRequest:
    def test_without_kinds_asks_for_every_kind(self):
        assert a_request(HOUR).kinds == tuple(MetricKind)

    def test_kinds_come_once_each_and_in_the_enums_order(self):
        kinds = [MetricKind.LOSS_PCT, MetricKind.LATENCY_MS, MetricKind.LOSS_PCT]

        assert a_request(HOUR, kinds=kinds).kinds == (MetricKind.LATENCY_MS, MetricKind.LOSS_PCT)

    def test_the_last_bucket_may_be_short(self):
        assert a_request(timedelta(minutes=61), HOUR).buckets == 2

    def test_may_be_366_days_long_and_have_1000_buckets(self):
        assert a_request(366 * DAY, DAY).buckets == 366
        assert a_request(1000 * timedelta(seconds=1), timedelta(seconds=1)).buckets == 1000

    @pytest.mark.parametrize(
        ("length", "step", "path"),
        [
            (timedelta(0), HOUR, ("range",)),
            (-HOUR, HOUR, ("range",)),
            (366 * DAY + timedelta(seconds=1), DAY, ("range",)),
            (1001 * HOUR, HOUR, ("step",)),
            (HOUR, timedelta(0), ("step",)),
            (HOUR, -HOUR, ("step",)),
            (HOUR, timedelta(milliseconds=999), ("step",)),
        ],
    )
    def test_refuses_what_is_out_of_bounds(self, length, step, path):
        with pytest.raises(Invalid) as failure:
            a_request(length, step)

        assert failure.value.path == path

    @pytest.mark.parametrize(
        ("length", "step"),
        [
            (HOUR, timedelta(minutes=1)),
            (DAY, timedelta(minutes=5)),
            (3 * DAY, timedelta(minutes=15)),
            (7 * DAY, HOUR),
            (30 * DAY, 3 * HOUR),
            (366 * DAY, 2 * DAY),
        ],
    )
    def test_chooses_a_usual_step(self, length, step):
        assert usual_step(length) == step
        assert a_request(length).step == step


@pytest.mark.parametrize("kind", MetricKind)
def test_every_kind_has_a_unit_and_bounds(kind):
    assert UNITS[kind]
    lowest, highest = BOUNDS[kind]
    assert lowest < highest
