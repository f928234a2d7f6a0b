"""The two facts that resellers need of the customer module above: who has which reseller."""

from typing import Any

from sqlalchemy import Select, column, select, table

from domain.kernel.unit_of_work import UnitOfWork

# Named, not imported: the customer module builds on this one, so its model cannot be had here.
_customers = table(
    "customers", column("id"), column("reseller_id"), column("deleted_at"), schema="customer"
)


def reseller_of(customer_id: Any) -> Select[Any]:
    """The id of the customer's reseller: a select of one row, or none."""
    return select(_customers.c.reseller_id).where(
        _customers.c.id == customer_id, _customers.c.deleted_at.is_(None)
    )


async def has_customers(session: UnitOfWork, reseller_id: int) -> bool:
    """Whether any customer, other than deleted ones, is the reseller's own."""
    own = select(_customers.c.id).where(
        _customers.c.reseller_id == reseller_id, _customers.c.deleted_at.is_(None)
    )
    return bool(await session.scalar(select(own.exists())))
