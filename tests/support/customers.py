"""Builders of customers and resellers: valid by themselves, showing only what matters."""

from itertools import count
from typing import Any

from domain.customer.commands import CreateCustomer, NewAddress
from domain.customer.models import AddressType, CustomerStatus, CustomerType, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.reseller.models import Reseller

_numbers = count(1)


def a_customer(**facts: Any) -> CreateCustomer:
    """An active person, unless told otherwise."""
    defaults: dict[str, Any] = {
        "type": CustomerType.INDIVIDUAL,
        "status": CustomerStatus.ACTIVE,
        "first_name": "Ada",
        "last_name": f"Lovelace {next(_numbers)}",
    }
    return CreateCustomer(**{**defaults, **facts})


def an_address(**facts: Any) -> NewAddress:
    defaults: dict[str, Any] = {
        "type": AddressType.BILLING,
        "line1": "Rua Augusta 1",
        "locality": "Lisboa",
        "postal_code": "1100-048",
        "country": "PT",
    }
    return NewAddress(**{**defaults, **facts})


async def created_customer(
    database: Database, *, state: SubscriptionState | None = None, **facts: Any
) -> int:
    """Create the customer, move its subscription to ``state`` if given; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        customer = await CustomerService().create_customer(session, a_customer(**facts))
        if state is not None:
            await CustomerService().update_subscription_state(
                session, customer.id, state, update_dates=True
            )
        return customer.id


async def created_reseller(
    database: Database, *, parent_id: int | None = None, **facts: Any
) -> int:
    """Create a reseller row, below ``parent_id`` if given; its id."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"code": f"R-{number}", "name": f"Reseller {number}"}
    async with database.unit_of_work(SYSTEM) as session:
        row = Reseller(parent_id=parent_id, **{**defaults, **facts})
        session.add(row)
        await session.flush()
        return row.id
