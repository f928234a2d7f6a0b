"""Metric series: samples of a range in equal buckets, for many customers in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Interval, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.reads import one_of, remembered, rows_of
from domain.monitoring.kinds import UNITS
from domain.monitoring.models import MetricKind, MetricSample
from domain.monitoring.quality import COMPONENTS, WINDOW, Evidence, service_quality
from domain.monitoring.records import MetricPoint, MetricSeries, ServiceQuality

LONGEST_RANGE = timedelta(days=366)
MOST_BUCKETS = 1_000
#: Buckets in one answer, over all its customers and kinds.
MOST_POINTS = 200_000
_SHORTEST_STEP = timedelta(seconds=1)
#: Steps that a chart's axis likes; without a step, the first that gives at most 300 buckets.
_USUAL_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 1_440, 2_880)
)
_USUAL_BUCKETS = 300


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """
    Which series: kinds, a half-open range and the width of its buckets, all checked.

    Hashable: requests for many customers that are equal share one statement.
    """

    kinds: tuple[MetricKind, ...]
    start: datetime
    end: datetime
    step: timedelta

    @classmethod
    def of(
        cls,
        *,
        kinds: Collection[MetricKind] | None,
        start: datetime,
        end: datetime,
        step: timedelta | None,
    ) -> "SeriesRequest":
        """
        The request; no kinds means every kind, and no step one that suits the range.

        Raises:
            Invalid: an empty range, one over 366 days, or more than 1,000 buckets.
        """
        if start >= end:
            raise Invalid("range", "must end after it starts")
        if end - start > LONGEST_RANGE:
            raise Invalid("range", f"must be at most {LONGEST_RANGE.days} days")
        step = usual_step(end - start) if step is None else step
        if step < _SHORTEST_STEP:
            raise Invalid("step", "must be at least one second")
        wanted = tuple(kind for kind in MetricKind if kinds is None or kind in kinds)
        request = cls(wanted, start, end, step)
        if request.buckets > MOST_BUCKETS:
            raise Invalid("step", f"gives {request.buckets} buckets: {MOST_BUCKETS} is the most")
        return request

    @property
    def buckets(self) -> int:
        """How many buckets the range has; the last one may be cut short."""
        return -((self.start - self.end) // self.step)


def usual_step(length: timedelta) -> timedelta:
    """The shortest usual step that cuts the range into at most 300 buckets."""
    return next(step for step in _USUAL_STEPS if length <= step * _USUAL_BUCKETS)


async def metric_series(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], request: SeriesRequest
) -> dict[int, tuple[MetricSeries, ...]]:
    """
    ``customer_id → a series for each kind asked``, in the enum's order; unseen ones have no points.

    Raises:
        AccessDenied: the actor may not read metrics.
        Invalid: over 200,000 buckets in all.
    """
    require(actor, Permission.MONITORING_READ, "read metrics")
    if request.buckets * len(request.kinds) * len(customer_ids) > MOST_POINTS:
        raise Invalid("step", f"gives over {MOST_POINTS} buckets in all: ask for fewer at a time")
    rows = await rows_of(
        connection,
        _bucketed(actor, request.kinds),
        keys=customer_ids,
        start=request.start,
        end=request.end,
        step=request.step,
    )
    points: dict[tuple[int, MetricKind], list[MetricPoint]] = {}
    for customer_id, kind, *values in rows:
        points.setdefault((customer_id, kind), []).append(MetricPoint(*values))

    def series(customer_id: int, kind: MetricKind) -> MetricSeries:
        found = points.get((customer_id, kind), ())
        return MetricSeries(customer_id, kind, UNITS[kind], request.step, tuple(found))

    return {
        customer_id: tuple(series(customer_id, kind) for kind in request.kinds)
        for customer_id in customer_ids
    }


async def service_qualities(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], *, at: datetime
) -> dict[int, ServiceQuality]:
    """``customer_id → quality`` over the 24 hours up to ``at``; the unmeasured are left out."""
    require(actor, Permission.MONITORING_READ, "read the service quality")
    rows = await rows_of(
        connection, _measured(actor), keys=customer_ids, after=at - WINDOW, until=at
    )
    evidence: dict[int, dict[MetricKind, Evidence]] = {}
    for customer_id, kind, average, count, newest in rows:
        evidence.setdefault(customer_id, {})[kind] = Evidence(average, count, newest)
    qualities = {key: service_quality(key, found) for key, found in evidence.items()}
    return {key: quality for key, quality in qualities.items() if quality is not None}


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=DateTime(timezone=True))


@remembered
def _measured(actor: Actor) -> Select[Any]:
    return (
        select(
            MetricSample.customer_id,
            MetricSample.kind,
            func.avg(MetricSample.value),
            func.count(),
            func.max(MetricSample.sampled_at),
        )
        .where(
            one_of(MetricSample.customer_id),
            MetricSample.kind.in_(COMPONENTS),
            MetricSample.sampled_at > _instant("after"),
            MetricSample.sampled_at <= _instant("until"),
            within_scope(actor, MetricSample.customer_id),
        )
        .group_by(MetricSample.customer_id, MetricSample.kind)
    )


@remembered
def _bucketed(actor: Actor, kinds: tuple[MetricKind, ...]) -> Select[Any]:
    step = bindparam("step", type_=Interval())
    bucket = func.date_bin(step, MetricSample.sampled_at, _instant("start")).label("bucket")
    return (
        select(
            MetricSample.customer_id,
            MetricSample.kind,
            bucket,
            func.avg(MetricSample.value),
            func.min(MetricSample.value),
            func.max(MetricSample.value),
            func.count(),
        )
        .where(
            one_of(MetricSample.customer_id),
            MetricSample.kind.in_(kinds),
            MetricSample.sampled_at >= _instant("start"),
            MetricSample.sampled_at < _instant("end"),
            within_scope(actor, MetricSample.customer_id),
        )
        .group_by(MetricSample.customer_id, MetricSample.kind, bucket)
        .order_by(MetricSample.customer_id, MetricSample.kind, bucket)
    )
