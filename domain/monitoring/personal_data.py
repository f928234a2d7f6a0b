"""What the monitoring module holds of a customer: measured values, alerts and messages."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.personal_data import ERASED, told_rows
from domain.monitoring.models import Alert, MetricSample, Notification


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """Alerts and what was sent about them; samples by kind as pairs of instant and value."""
    return {
        "alerts": await told_rows(
            connection,
            Alert,
            Alert.customer_id == customer_id,
            leave_out={"version"},
            people={"raised_by", "acknowledged_by", "resolved_by"},
        ),
        "notifications": await told_rows(
            connection, Notification, Notification.alert_id.in_(_own_alerts(customer_id))
        ),
        "metric_samples": await _samples(connection, customer_id),
    }


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Forget measured values, texts and recipients; that there were alerts stays."""
    await connection.execute(delete(MetricSample).where(MetricSample.customer_id == customer_id))
    await connection.execute(
        update(Notification)
        .where(Notification.alert_id.in_(_own_alerts(customer_id)))
        .values(recipient=None, reason=None)
    )
    await connection.execute(
        update(Alert).where(Alert.customer_id == customer_id).values(type=ERASED, message=ERASED)
    )


def _own_alerts(customer_id: int) -> Any:
    return select(Alert.id).where(Alert.customer_id == customer_id)


async def _samples(
    connection: AsyncConnection, customer_id: int
) -> dict[str, list[tuple[str, float]]]:
    rows = await connection.execute(
        select(MetricSample.kind, MetricSample.sampled_at, MetricSample.value)
        .where(MetricSample.customer_id == customer_id)
        .order_by(MetricSample.kind, MetricSample.sampled_at)
    )
    samples: dict[str, list[tuple[str, float]]] = {}
    for kind, sampled_at, value in rows:
        told = sampled_at.isoformat().replace("+00:00", "Z")
        samples.setdefault(kind.value, []).append((told, value))
    return samples
