"""Fields that return access decisions."""

from collections.abc import Awaitable

from domain.customer.records import Customer
from domain.radius.authorization import AccessDecision
from resolvers.info import Info


def by_customer(info: Info, customer_id: int) -> Awaitable[AccessDecision | None]:
    """What a NAS would be told of the customer now."""
    return info.loaders.authorization_by_customer.load(customer_id)


def customer_authorization(root: Customer, info: Info) -> Awaitable[AccessDecision | None]:
    """Customer.authorization"""
    return info.loaders.authorization_by_customer.load(root.id)
