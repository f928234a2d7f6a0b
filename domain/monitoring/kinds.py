"""Kinds of metric: the unit each is in and the values it can have."""

from domain.monitoring.models import MetricKind

UNITS: dict[MetricKind, str] = {
    MetricKind.LATENCY_MS: "ms",
    MetricKind.JITTER_MS: "ms",
    MetricKind.LOSS_PCT: "%",
    MetricKind.SIGNAL_DBM: "dBm",
    MetricKind.SNR_DB: "dB",
    MetricKind.THROUGHPUT_DOWN_BPS: "bit/s",
    MetricKind.THROUGHPUT_UP_BPS: "bit/s",
    MetricKind.UPTIME_PCT: "%",
}

#: Lowest and highest value of each kind, both possible: anything else is a broken probe.
BOUNDS: dict[MetricKind, tuple[float, float]] = {
    MetricKind.LATENCY_MS: (0.0, 3_600_000.0),
    MetricKind.JITTER_MS: (0.0, 3_600_000.0),
    MetricKind.LOSS_PCT: (0.0, 100.0),
    MetricKind.SIGNAL_DBM: (-200.0, 100.0),
    MetricKind.SNR_DB: (-100.0, 200.0),
    MetricKind.THROUGHPUT_DOWN_BPS: (0.0, 1e15),
    MetricKind.THROUGHPUT_UP_BPS: (0.0, 1e15),
    MetricKind.UPTIME_PCT: (0.0, 100.0),
}
