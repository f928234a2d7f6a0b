"""Laws of monitoring's calculations."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.customer.models import CustomerStatus, CustomerType
from domain.monitoring.alerts import ARROWS
from domain.monitoring.models import AlertPriority, AlertSeverity, AlertStatus, MetricKind
from domain.monitoring.priority import alert_priority
from domain.monitoring.quality import COMPONENTS, Evidence, service_quality
from domain.monitoring.series import MOST_BUCKETS, SeriesRequest
from graph.durations import format_duration, parse_duration
from tests.support.monitoring import NOON

_values = st.floats(min_value=0, max_value=1e6)
_evidence = st.dictionaries(
    st.sampled_from(sorted(COMPONENTS)),
    st.builds(Evidence, _values, st.integers(1, 100_000), st.just(NOON)),
    min_size=1,
)
_severities = st.sampled_from(AlertSeverity)


@given(evidence=_evidence)
def test_score_and_confidence_stay_within_their_bounds(evidence):
    quality = service_quality(1, evidence)

    assert 0 <= quality.score <= 100
    assert 0 <= quality.confidence <= 1


@given(evidence=_evidence, worse=_values, kind=st.sampled_from(sorted(COMPONENTS)))
def test_a_worse_line_never_scores_higher(evidence, worse, kind):
    assume(kind in evidence and evidence[kind].average <= worse)
    worsened = {**evidence, kind: Evidence(worse, evidence[kind].count, NOON)}

    assert service_quality(1, worsened).score <= service_quality(1, evidence).score


@given(
    lower=_severities,
    higher=_severities,
    kind=st.sampled_from(CustomerType),
    status=st.sampled_from(CustomerStatus),
)
def test_a_graver_alert_never_has_a_lower_priority(lower, higher, kind, status):
    severities, priorities = list(AlertSeverity), list(AlertPriority)
    assume(severities.index(lower) <= severities.index(higher))

    below = alert_priority(lower, customer_type=kind, customer_status=status)
    above = alert_priority(higher, customer_type=kind, customer_status=status)

    assert priorities.index(below) <= priorities.index(above)


@given(length=st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=366)))
def test_a_range_without_a_step_always_has_few_enough_buckets(length):
    request = SeriesRequest.of(
        kinds=[MetricKind.LATENCY_MS], start=NOON, end=NOON + length, step=None
    )

    assert 1 <= request.buckets <= 300 < MOST_BUCKETS
    assert (request.buckets - 1) * request.step < length <= request.buckets * request.step


@given(walk=st.lists(st.sampled_from(AlertStatus), max_size=8))
def test_alerts_only_move_forwards(walk):
    status, seen = AlertStatus.ACTIVE, [AlertStatus.ACTIVE]
    for wanted in walk:
        if wanted in ARROWS[status]:
            status = wanted
            seen.append(status)

    assert seen == list(AlertStatus)[: len(seen)]


@given(length=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=99_999)))
def test_a_duration_survives_the_wire(length):
    assert parse_duration(format_duration(length)) == length
