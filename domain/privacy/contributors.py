"""Who holds data of persons: the modules asked on every export and at every erasure."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import personal_data as billing
from domain.customer import personal_data as customer
from domain.identity import personal_data as identity
from domain.kernel import personal_data as kernel
from domain.kernel.personal_data import ERASED, told_rows
from domain.monitoring import personal_data as monitoring
from domain.privacy.models import PrivacyRequest
from domain.radius import personal_data as radius
from domain.reseller import personal_data as reseller
from domain.tariff import personal_data as tariff
from domain.webhook import personal_data as webhook

#: Fields of events in which a person may be named, and what takes their place.
PERSONAL_FIELDS: dict[str, dict[str, str | None]] = {
    "customer.created": {"email": None},
    "customer.subscription_state.changed": {"reason": None},
    "customer.email.verified": {"email": ERASED},
    "tariff.plan.cancelled": {"reason": None},
    "radius.session.stopped": {"terminate_cause": None},
    "radius.session.disconnect_requested": {"reason": ERASED},
    "monitoring.alert.raised": {"alert_type": ERASED},
    "monitoring.alert.acknowledged": {"alert_type": ERASED},
    "monitoring.alert.resolved": {"alert_type": ERASED},
}


async def _requests(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    requests = await told_rows(
        connection,
        PrivacyRequest,
        PrivacyRequest.customer_id == customer_id,
        people={"requested_by"},
    )
    return {"privacy_requests": requests}


async def _forget_in_kernel(connection: AsyncConnection, customer_id: int) -> None:
    await kernel.erased(connection, customer_id, PERSONAL_FIELDS)


#: In the order of the document.
EXPORTING: tuple[Callable[[AsyncConnection, int], Awaitable[dict[str, Any]]], ...] = (
    customer.exported,
    identity.exported,
    tariff.exported,
    billing.exported,
    radius.exported,
    monitoring.exported,
    reseller.exported,
    webhook.exported,
    kernel.exported,
    _requests,
)

#: The customer's own row last: others still look for its names.
ERASING: tuple[Callable[[AsyncConnection, int], Awaitable[None]], ...] = (
    identity.erased,
    tariff.erased,
    billing.erased,
    radius.erased,
    monitoring.erased,
    reseller.erased,
    webhook.erased,
    _forget_in_kernel,
    customer.erased,
)
