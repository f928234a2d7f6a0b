"""What the identity module holds of a customer: when and from which network they signed in."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identity.models import SignIn
from domain.kernel.personal_data import told_rows


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """The sign-ins that are still known."""
    sign_ins = await told_rows(
        connection,
        SignIn,
        SignIn.subject == f"customer:{customer_id}",
        leave_out={"stamp", "subject"},
    )
    return {"sign_ins": sign_ins}


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """End every sign-in, and forget it with its refresh tokens."""
    await connection.execute(delete(SignIn).where(SignIn.subject == f"customer:{customer_id}"))
