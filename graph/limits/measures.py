"""What limits and budgets measure of themselves, as Prometheus metrics of this process."""

from prometheus_client import Counter, Histogram

REFUSALS = Counter("isp_graph_limit_refusals", "Operations that passed a limit", ["limit"])
COST = Histogram(
    "isp_graph_operation_cost",
    "Points of the operations that were let in",
    buckets=(1, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000),
)
BUDGETS_UNSHARED = Counter(
    "isp_graph_budgets_unshared", "Times the Redis of the budgets failed and this process went on"
)
