"""The customer's row as a lock: nearly every change of every module begins with it."""

from typing import Any

from sqlalchemy import Select, bindparam

from domain.customer.models import Customer
from domain.customer.policy import visible_customers
from domain.kernel.access import Actor
from domain.kernel.reads import remembered
from domain.kernel.unit_of_work import locking


# Kept, for to build it anew costs more than the database does.
@remembered
def customer_to_lock(actor: Actor) -> Select[Any]:
    """The customer that ``customer_id`` names, if the actor may see it, locked for a change."""
    return locking(Customer, Customer.id == bindparam("customer_id"), visible_customers(actor))
