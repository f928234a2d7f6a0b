"""Fields that return service credentials."""

from collections.abc import Awaitable

from domain.customer.records import Customer
from domain.radius.records import ServiceCredential
from resolvers.info import Info


def by_id(info: Info, credential_id: int) -> Awaitable[ServiceCredential | None]:
    """The visible credential with this id, ended or not."""
    return info.loaders.credential_by_id.load(credential_id)


def customer_credentials(root: Customer, info: Info) -> Awaitable[list[ServiceCredential]]:
    """Customer.serviceCredentials: those that have not ended, the oldest first."""
    return info.loaders.credentials_by_customer.load(root.id)
