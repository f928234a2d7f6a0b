"""A line's quality as one number, from latency, jitter and loss of the last 24 hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.monitoring.models import MetricKind
from domain.monitoring.records import QualityRating, ServiceQuality

WINDOW = timedelta(hours=24)
#: A sample an hour is full evidence.
_FULL_EVIDENCE = 24


@dataclass(frozen=True, slots=True)
class _Component:
    """A part of the score: 100 up to ``best``, 0 from ``worst``, straight in between."""

    best: float
    worst: float
    weight: float

    def score(self, value: float) -> float:
        share = (self.worst - value) / (self.worst - self.best)
        return 100.0 * min(max(share, 0.0), 1.0)


COMPONENTS: dict[MetricKind, _Component] = {
    MetricKind.LATENCY_MS: _Component(best=20.0, worst=300.0, weight=0.4),
    MetricKind.JITTER_MS: _Component(best=5.0, worst=100.0, weight=0.2),
    MetricKind.LOSS_PCT: _Component(best=0.0, worst=5.0, weight=0.4),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The samples of one kind within the window: mean, how many, and the newest one's instant."""

    average: float
    count: int
    newest: datetime


def service_quality(
    customer_id: int, evidence: Mapping[MetricKind, Evidence]
) -> ServiceQuality | None:
    """
    The weighted mean of the components measured, or None if none was.

    A component without samples takes its weight out of the mean and out of the confidence, and
    fewer than a sample an hour lower the confidence in proportion.
    """
    known = {kind: part for kind, part in COMPONENTS.items() if kind in evidence}
    if not known:
        return None
    weight = sum(part.weight for part in known.values())
    points = sum(part.weight * part.score(evidence[kind].average) for kind, part in known.items())
    trust = sum(
        part.weight * min(evidence[kind].count / _FULL_EVIDENCE, 1.0)
        for kind, part in known.items()
    )
    score = round(points / weight)
    return ServiceQuality(
        customer_id=customer_id,
        score=score,
        rating=_rating(score),
        confidence=round(trust, 2),
        as_of=max(evidence[kind].newest for kind in known),
    )


def _rating(score: int) -> QualityRating:
    if score >= 90:
        return QualityRating.EXCELLENT
    if score >= 70:
        return QualityRating.GOOD
    return QualityRating.FAIR if score >= 50 else QualityRating.POOR
