"""What the event stream measures of itself, as Prometheus metrics of this process."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_POSITIONED = Counter(
    "isp_graph_events_positioned", "Events that this process's relay gave their position"
)
EVENTS_DISPATCHED = Counter(
    "isp_graph_events_dispatched", "Events that this process's hub has read from the log"
)
HUB_POSITION = Gauge("isp_graph_hub_position", "Newest position that this process's hub has read")
SUBSCRIBERS = Gauge("isp_graph_subscribers", "Followers of the log in this process now")
BUFFER_OVERFLOWS = Counter(
    "isp_graph_buffer_overflows", "Times a follower was too slow and went back to the log"
)
HANDLER_SECONDS = Histogram(
    "isp_graph_event_handler_seconds",
    "Time of one try of an event handler",
    ["consumer", "outcome"],
)
EVENTS_HANDLED = Counter("isp_graph_events_handled", "Deliveries that were done", ["consumer"])
RETRIES = Counter("isp_graph_event_retries", "Tries that failed and are tried again", ["consumer"])
DEAD_LETTERS = Counter("isp_graph_dead_letters", "Deliveries that were given up", ["consumer"])
LEASES_LOST = Counter(
    "isp_graph_event_leases_lost", "Tries whose lease another process had taken over", ["consumer"]
)
WAKEUP_LINKS = Counter(
    "isp_graph_wakeup_connections", "Times that the broker of wake-ups was connected, or again"
)
WAKEUPS_HEARD = Counter("isp_graph_wakeups_heard", "Wake-ups that came from the broker")
WAKEUPS_UNSENT = Counter(
    "isp_graph_wakeups_unsent", "Tries to send a wake-up that failed; the newest is sent again"
)
