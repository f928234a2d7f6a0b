"""What the live operations of this process measure of themselves, as Prometheus metrics."""

from prometheus_client import Counter, Gauge

GROUPS = Gauge("isp_graph_live_groups", "Shared executions of identical subscriptions now")
MEMBERS = Gauge("isp_graph_live_members", "Subscriptions that share an execution now")
STREAMS = Gauge("isp_graph_live_streams", "Sockets and event streams open now")
EXECUTIONS = Counter("isp_graph_live_executions", "Events executed for a group of subscriptions")
DELIVERIES = Counter("isp_graph_live_deliveries", "Deliveries to members of groups")
MEMBER_OVERFLOWS = Counter(
    "isp_graph_live_overflows", "Times a member was too slow for its group and left it"
)
