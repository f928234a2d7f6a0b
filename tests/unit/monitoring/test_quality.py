"""The quality score: exact values of its corners, and what missing evidence does to it."""

from datetime import timedelta

import pytest

from domain.monitoring.models import MetricKind
from domain.monitoring.quality import Evidence, service_quality
from domain.monitoring.records import QualityRating
from tests.support.monitoring import NOON

LATENCY, JITTER, LOSS = MetricKind.LATENCY_MS, MetricKind.JITTER_MS, MetricKind.LOSS_PCT


def evidence(average: float, *, count: int = 24, minutes_ago: int = 0) -> Evidence:
    return Evidence(average, count, NOON - timedelta(minutes=minutes_ago))


class TestServiceQuality:
    @pytest.mark.parametrize(
        ("latency", "jitter", "loss", "score", "rating"),
        [
            (20.0, 5.0, 0.0, 100, QualityRating.EXCELLENT),
            (160.0, 5.0, 0.0, 80, QualityRating.GOOD),
            (160.0, 52.5, 2.5, 50, QualityRating.FAIR),
            (300.0, 100.0, 0.0, 40, QualityRating.POOR),
            (900.0, 900.0, 100.0, 0, QualityRating.POOR),
        ],
    )
    def test_weighs_latency_and_loss_twice_as_much_as_jitter(
        self, latency, jitter, loss, score, rating
    ):
        quality = service_quality(
            7, {LATENCY: evidence(latency), JITTER: evidence(jitter), LOSS: evidence(loss)}
        )

        assert (quality.score, quality.rating) == (score, rating)
        assert quality.confidence == 1.0

    def test_is_as_of_the_newest_sample(self):
        quality = service_quality(
            7, {LATENCY: evidence(20.0, minutes_ago=9), LOSS: evidence(0.0, minutes_ago=3)}
        )

        assert quality.as_of == NOON - timedelta(minutes=3)

    def test_a_kind_not_measured_costs_confidence_and_no_points(self):
        quality = service_quality(7, {LATENCY: evidence(20.0)})

        assert (quality.score, quality.confidence) == (100, 0.4)

    def test_fewer_samples_than_one_an_hour_cost_confidence(self):
        quality = service_quality(7, {LOSS: evidence(0.0, count=6)})

        assert quality.confidence == 0.1

    def test_without_evidence_there_is_no_score(self):
        assert service_quality(7, {}) is None

    def test_other_kinds_are_no_evidence(self):
        assert service_quality(7, {MetricKind.SNR_DB: evidence(30.0)}) is None
