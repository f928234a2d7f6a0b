"""The eight events of the guide (Event-Based Communication, Key Events)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.customer.models import (
    AddressType,
    CustomerStatus,
    CustomerType,
    DocumentType,
    SubscriptionState,
)
from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    type: ClassVar[str] = "customer.created"

    customer_type: CustomerType
    email: str | None
    status: CustomerStatus


@dataclass(frozen=True, kw_only=True)
class CustomerUpdated(Event):
    """``changed_fields`` are names of the customer's fields, in snake_case."""

    type: ClassVar[str] = "customer.updated"

    changed_fields: list[str]
    status: CustomerStatus


@dataclass(frozen=True, kw_only=True)
class CustomerDeleted(Event):
    type: ClassVar[str] = "customer.deleted"


@dataclass(frozen=True, kw_only=True)
class SubscriptionStateChanged(Event):
    type: ClassVar[str] = "customer.subscription_state.changed"

    from_state: SubscriptionState
    to_state: SubscriptionState
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class AddressCreated(Event):
    type: ClassVar[str] = "customer.address.created"

    address_id: int
    address_type: AddressType


@dataclass(frozen=True, kw_only=True)
class AddressUpdated(Event):
    """Also announced when an address is removed: ``removed`` is then true."""

    type: ClassVar[str] = "customer.address.updated"

    address_id: int
    address_type: AddressType
    removed: bool = False


@dataclass(frozen=True, kw_only=True)
class DocumentVerified(Event):
    type: ClassVar[str] = "customer.document.verified"

    document_id: int
    document_type: DocumentType


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event):
    type: ClassVar[str] = "customer.email.verified"

    email: str
    verified_at: datetime
