"""What the radius module holds of a customer: credentials, sessions and authentications."""

from typing import Any

from sqlalchemy import Text, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Customer
from domain.kernel.personal_data import ERASED, is_over, told_rows
from domain.radius.models import (
    AuthLogEntry,
    RadiusSession,
    ServiceCredential,
    UnclaimedAccounting,
)


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """Names to come online with (no secrets), every stay on the network, and every attempt."""
    return {
        "service_credentials": await told_rows(
            connection,
            ServiceCredential,
            ServiceCredential.customer_id == customer_id,
            leave_out={"sealed", "version"},
        ),
        "sessions": await told_rows(
            connection, RadiusSession, RadiusSession.customer_id == customer_id
        ),
        "authentications": await told_rows(
            connection, AuthLogEntry, AuthLogEntry.customer_id == customer_id, people={"actor"}
        ),
        "unclaimed_accounting": await told_rows(
            connection, UnclaimedAccounting, _under_their_names(customer_id)
        ),
    }


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Of sessions keep times and octets, of authentications their outcome. Call before the names
    are forgotten by the customer module."""
    await connection.execute(delete(UnclaimedAccounting).where(_under_their_names(customer_id)))
    await connection.execute(
        update(RadiusSession)
        .where(RadiusSession.customer_id == customer_id)
        .values(
            acct_unique_session_id=func.concat("erased-", cast(RadiusSession.id, Text)),
            acct_session_id=ERASED,
            username=ERASED,
            framed_ip_address=None,
            calling_station_id=None,
            called_station_id=None,
            terminate_cause=None,
            disconnect_reason=None,
        )
    )
    await connection.execute(
        update(AuthLogEntry).where(AuthLogEntry.customer_id == customer_id).values(username=ERASED)
    )
    await connection.execute(
        update(ServiceCredential)
        .where(ServiceCredential.customer_id == customer_id)
        .values(username=ERASED, sealed=None, ended_at=is_over(ServiceCredential.ended_at))
    )


def _under_their_names(customer_id: int) -> Any:
    username = select(Customer.username).where(Customer.id == customer_id)
    credentials = select(ServiceCredential.username).where(
        ServiceCredential.customer_id == customer_id
    )
    name = func.lower(UnclaimedAccounting.username)
    return or_(name == username.scalar_subquery(), name.in_(credentials))
