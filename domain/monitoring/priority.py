"""An alert's priority: its severity, weighed with who the customer is (guide, Monitoring)."""

from domain.customer.models import CustomerStatus, CustomerType
from domain.monitoring.models import AlertPriority, AlertSeverity

_LADDER = tuple(AlertPriority)
_RUNG = {severity: rung for rung, severity in enumerate(AlertSeverity)}
_RAISED = frozenset({CustomerType.BUSINESS, CustomerType.GOVERNMENT})


def alert_priority(
    severity: AlertSeverity, *, customer_type: CustomerType, customer_status: CustomerStatus
) -> AlertPriority:
    """
    LOW to URGENT for INFO to CRITICAL; one step up for businesses and government, one down for
    suspended customers, never off the ladder. A CLOSED customer has no alerts to ask about.
    """
    rung = _RUNG[severity]
    rung += customer_type in _RAISED
    rung -= customer_status is CustomerStatus.SUSPENDED
    return _LADDER[min(max(rung, 0), len(_LADDER) - 1)]
