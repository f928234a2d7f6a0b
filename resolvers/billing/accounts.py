"""Fields that return billing accounts."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import records
from resolvers.info import Info


def by_id(info: Info, account_id: int) -> Awaitable[records.BillingAccount | None]:
    """The visible account with this id."""
    return info.loaders.billing_account_by_id.load(account_id)


def customer_account(root: Any, info: Info) -> Awaitable[records.BillingAccount | None]:
    """Customer.billingAccount"""
    return info.loaders.billing_account_by_customer.load(root.id)
