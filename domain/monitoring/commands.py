"""Requests to monitoring, parsed and typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.kernel.paging import Slice
from domain.monitoring.models import AlertSeverity, AlertStatus, MetricKind, SegmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSample:
    """A measured value of a customer's line, in the kind's unit."""

    customer_id: int
    kind: MetricKind
    value: float
    sampled_at: datetime


class AlertFilter(NamedTuple):
    """Which alerts to list; an empty part lets all through."""

    statuses: tuple[AlertStatus, ...] = ()
    severities: tuple[AlertSeverity, ...] = ()


class AlertList(NamedTuple):
    """A page of alerts, newest first."""

    part: Slice
    filter: AlertFilter = AlertFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNetworkSegment:
    """A part of the network to enter, below ``parent_id`` if given."""

    code: str
    name: str
    kind: SegmentKind
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverNetworkSegment:
    """Postal codes that a segment serves; no prefix means the whole country."""

    segment_id: int
    country: str
    postal_code_prefix: str = ""
