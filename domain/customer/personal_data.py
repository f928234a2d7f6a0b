"""What the customer module holds of a person."""

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import (
    Address,
    CommunicationPreference,
    Customer,
    CustomerStatus,
    Document,
    EmailVerification,
    StateChange,
)
from domain.kernel.personal_data import forget_answered, is_over, told_rows

_BELONGINGS = (Address, Document, CommunicationPreference, EmailVerification)
#: Operations whose input tells of a person, by what their answer is the key of.
_TOLD_TO: dict[Any, tuple[str, ...]] = {
    Customer: (
        "createCustomer",
        "updateCustomer",
        "deleteCustomer",
        "changeCustomerStatus",
        "changeSubscriptionState",
        "setCommunicationPreference",
        "requestEmailVerification",
        "confirmEmail",
    ),
    Address: ("addAddress", "updateAddress", "removeAddress"),
    Document: ("registerDocument", "verifyDocument", "rejectDocument"),
}
_FORGOTTEN = (
    "status_reason",
    "first_name",
    "last_name",
    "company_name",
    "tax_id",
    "email",
    "email_verified_at",
    "phone",
    "mobile",
    "username",
    "password_hash",
)


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """The customer, and everything that was told of and by them."""
    [customer] = await told_rows(
        connection,
        Customer,
        Customer.id == customer_id,
        leave_out={"password_hash", "version"},
    )
    return {
        "customer": customer,
        "addresses": await told_rows(
            connection, Address, Address.customer_id == customer_id, leave_out={"version"}
        ),
        "documents": await told_rows(
            connection,
            Document,
            Document.customer_id == customer_id,
            leave_out={"version"},
            people={"uploaded_by", "verified_by"},
        ),
        "communication_preferences": await told_rows(
            connection,
            CommunicationPreference,
            CommunicationPreference.customer_id == customer_id,
        ),
        "email_verifications": await told_rows(
            connection,
            EmailVerification,
            EmailVerification.customer_id == customer_id,
            leave_out={"token_hash"},
        ),
        "state_changes": await told_rows(
            connection, StateChange, StateChange.customer_id == customer_id, people={"actor"}
        ),
    }


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Leave of the person a number, a type and the states it went through; free its username."""
    for model, operations in _TOLD_TO.items():
        whose = model.id if model is Customer else model.customer_id
        keys = select(model.id).where(whose == customer_id)
        await forget_answered(connection, operations, keys)
    await connection.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(
            **dict.fromkeys(_FORGOTTEN),
            display_name=erased_name(Customer.customer_number),
            status=CustomerStatus.CLOSED,
            language="en",
            time_zone="UTC",
            tags=[],
            custom_fields={},
            deleted_at=is_over(Customer.deleted_at),
            updated_at=func.now(),
            version=Customer.version + 1,
        )
    )
    for model in _BELONGINGS:
        await connection.execute(delete(model).where(model.customer_id == customer_id))
    await connection.execute(
        update(StateChange).where(StateChange.customer_id == customer_id).values(reason=None)
    )


def erased_name(customer_number: Any) -> Any:
    """The SQL expression of what an erased customer is called."""
    return func.concat("Erased customer ", customer_number)
