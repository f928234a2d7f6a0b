"""Fields of a customer that return addresses, documents, channels and history."""

from collections.abc import Awaitable

from domain.customer import records
from domain.customer.details import AddressChoice, DocumentChoice
from domain.customer.models import AddressType, VerificationStatus
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info


def customer_addresses(
    root: records.Customer, info: Info, type: AddressType | None = None
) -> Awaitable[list[records.Address]]:
    """Customer.addresses"""
    return info.loaders.addresses_by_customer.load((root.id, AddressChoice(type)))


def address_by_id(info: Info, address_id: int) -> Awaitable[records.Address | None]:
    """The visible address with this id."""
    return info.loaders.address_by_id.load(address_id)


def customer_documents(
    root: records.Customer, info: Info, status: VerificationStatus | None = None
) -> Awaitable[list[records.Document]]:
    """Customer.documents"""
    return info.loaders.documents_by_customer.load((root.id, DocumentChoice(status)))


def document_by_id(info: Info, document_id: int) -> Awaitable[records.Document | None]:
    """The visible document with this id."""
    return info.loaders.document_by_id.load(document_id)


def customer_preferences(
    root: records.Customer, info: Info
) -> Awaitable[list[records.CommunicationPreference]]:
    """Customer.communicationPreferences"""
    return info.loaders.preferences_by_customer.load(root.id)


def customer_state_changes(
    root: records.Customer,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.StateChange]]:
    """Customer.stateChanges: newest first."""
    part = Slice.of(first, after, last, before)
    return info.loaders.state_changes_by_customer.load((root.id, part))
