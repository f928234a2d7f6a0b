"""What ``/metrics`` tells of the caches of documents and plans, and of who executed."""

from collections.abc import Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from graph.execution import Executor


def of_caches(executor: Executor) -> Sequence[Metric]:
    """The caches of one process."""
    documents, plans = executor.documents.statistics(), executor.engine.statistics()
    entries = GaugeMetricFamily("isp_graph_cache_entries", "Entries in a cache", labels=("cache",))
    asked = CounterMetricFamily(
        "isp_graph_cache_requests", "Look-ups in a cache", labels=("cache", "outcome")
    )
    for name, cache in (("documents", documents), ("plans", plans)):
        entries.add_metric([name], cache.entries)
        asked.add_metric([name, "hit"], cache.hits)
        asked.add_metric([name, "miss"], cache.misses)
    executed = CounterMetricFamily(
        "isp_graph_operations_executed", "Executions by what ran them", labels=("executor",)
    )
    executed.add_metric(["compiled"], plans.hits + plans.misses)
    executed.add_metric(["reference"], executor.engine.left)
    return entries, asked, executed
