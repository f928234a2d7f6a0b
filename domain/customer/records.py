"""What may be read of customers: no password hash, no token."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from domain.customer.models import (
    AddressType,
    CommunicationType,
    CustomerStatus,
    CustomerType,
    DocumentType,
    SubscriptionState,
    TrackedState,
    VerificationStatus,
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's own row. Names are the model's."""

    __customer_key__: ClassVar[str] = "id"

    id: int
    customer_number: str
    type: CustomerType
    status: CustomerStatus
    status_reason: str | None
    subscription_state: SubscriptionState
    subscription_started_at: datetime | None
    subscription_ends_at: datetime | None
    holds: list[str]
    display_name: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    tax_id: str | None
    email: str | None
    email_verified_at: datetime | None
    phone: str | None
    mobile: str | None
    username: str | None
    language: str
    time_zone: str
    reseller_id: int | None
    tags: list[str]
    custom_fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Address:
    """An address in use."""

    id: int
    customer_id: int
    type: AddressType
    line1: str
    line2: str | None
    locality: str
    region: str | None
    postal_code: str
    country: str
    is_default: bool
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document handed in, with what staff decided on it."""

    id: int
    customer_id: int
    type: DocumentType
    status: VerificationStatus
    file_name: str | None
    sha256: str | None
    number_last4: str | None
    issued_on: date | None
    expires_on: date | None
    uploaded_by: str
    verified_by: str | None
    verified_at: datetime | None
    rejection_reason: str | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class CommunicationPreference:
    """One channel and what it may be used for."""

    customer_id: int
    communication_type: CommunicationType
    enabled: bool
    billing_notifications: bool
    service_notifications: bool
    technical_notifications: bool
    marketing_messages: bool
    emergency_alerts: bool


@dataclass(frozen=True, slots=True)
class StateChange:
    """One move of the customer's status or subscription state."""

    id: int
    customer_id: int
    machine: TrackedState
    from_state: str | None
    to_state: str
    reason: str | None
    actor: str
    changed_at: datetime
