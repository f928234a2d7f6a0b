"""Customers whom a billing run of today charges."""

from datetime import UTC, datetime

from domain.billing.handlers import HANDLERS
from domain.kernel.database import Database
from tests.support.billing import changed_account
from tests.support.customers import created_customer
from tests.support.events import handled
from tests.support.tariff import assigned_plan, created_plan


async def subscribed_customers(database: Database, count: int) -> list[int]:
    """So many customers on a plan for 30.00 EUR since today, whose billing day it is; their ids."""
    plan_id = await created_plan(database)
    customers = []
    for _ in range(count):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, plan_id)
        customers.append(customer_id)
    await handled(database, billing=HANDLERS)
    for customer_id in customers:
        await changed_account(database, customer_id, billing_day=datetime.now(UTC).day)
    return customers
