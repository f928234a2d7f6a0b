"""Measurements of some lines: each hour of the last day, once a day in the month before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.demo.clock import Clock, dice
from domain.demo.loading import Loader
from domain.demo.people import Person
from domain.monitoring.kinds import BOUNDS
from domain.monitoring.models import MetricKind, MetricSample
from domain.tariff.records import TariffPlan

#: One line of so many is measured.
_EVERY = 10
_HOURS = 24
_DAYS = 30
_RECEIVED_AFTER = timedelta(seconds=4)
#: The hour at which lines are busiest, and how much that shows.
_BUSIEST = 20
_SWING = 0.45


@dataclass(frozen=True, slots=True)
class _Line:
    """What a line's values are around. ``trouble`` is 1 for a good line, more for a bad one."""

    trouble: float
    down_bps: float
    up_bps: float
    signal_dbm: float


class MetricRows:
    """Adds samples of the lines in service."""

    def __init__(self, loader: Loader, clock: Clock) -> None:
        self._loader = loader
        self._clock = clock

    def add(self, person: Person, plan: TariffPlan | None) -> None:
        """A month of samples, if the customer's line is one of those measured."""
        in_service = bool(person.service_times) and person.service_times[-1].end is None
        if person.number % _EVERY or not in_service or plan is None:
            return
        chance = dice("metrics", person.number)
        line = _Line(
            trouble=chance.choice((1.0, 1.0, 1.0, 1.3, 3.0, 9.0)) if person.number else 1.3,
            down_bps=plan.download_kbps * 1000.0,
            up_bps=plan.upload_kbps * 1000.0,
            signal_dbm=chance.uniform(-24.0, -14.0),
        )
        since = person.service_times[-1].start
        for at in _instants(self._clock.live):
            if at < since:
                continue
            for kind, value in _values(line, at, chance):
                lowest, highest = BOUNDS[kind]
                self._loader.add(
                    MetricSample,
                    customer_id=person.id,
                    kind=kind,
                    sampled_at=at,
                    received_at=min(at + _RECEIVED_AFTER, self._clock.live),
                    value=round(min(max(value, lowest), highest), 3),
                )


def _instants(live: datetime) -> Iterator[datetime]:
    for days in range(_DAYS, 0, -1):
        yield live - timedelta(days=days)
    for hours in range(_HOURS - 1, -1, -1):
        yield live - timedelta(hours=hours)


def _values(line: _Line, at: datetime, chance: Random) -> Iterator[tuple[MetricKind, float]]:
    """A value of each kind: worse in the evening, and on a bad line."""
    busy = 1 + _SWING * math.cos((at.hour - _BUSIEST) / 12 * math.pi)
    bad = line.trouble * busy * chance.uniform(0.8, 1.25)
    yield MetricKind.LATENCY_MS, 11 * bad
    yield MetricKind.JITTER_MS, 1.8 * bad
    yield MetricKind.LOSS_PCT, 0.05 * bad**1.5 if chance.random() < 0.4 else 0.0
    yield MetricKind.SIGNAL_DBM, line.signal_dbm - line.trouble + chance.uniform(-0.6, 0.6)
    yield MetricKind.SNR_DB, 38 - 2.2 * line.trouble + chance.uniform(-1.0, 1.0)
    yield MetricKind.THROUGHPUT_DOWN_BPS, line.down_bps * min(0.97, 0.3 * busy * chance.random())
    yield MetricKind.THROUGHPUT_UP_BPS, line.up_bps * min(0.97, 0.12 * busy * chance.random())
    yield MetricKind.UPTIME_PCT, 100.0 - (chance.random() * line.trouble * 0.05)
