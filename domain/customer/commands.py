"""Requests to change customers, as the services take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.customer.models import (
    AddressType,
    CustomerStatus,
    CustomerType,
    DocumentType,
)


@dataclass(frozen=True, kw_only=True)
class NewAddress:
    """An address to add; it becomes the default of its type if it is the first."""

    type: AddressType
    line1: str
    line2: str | None = None
    locality: str
    region: str | None = None
    postal_code: str
    country: str
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateCustomer:
    """A customer to create. A person needs a name, an organisation a company name."""

    type: CustomerType
    status: CustomerStatus = CustomerStatus.PENDING
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    tax_id: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    language: str = "en"
    time_zone: str = "UTC"
    reseller_id: int | None = None
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[NewAddress, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RegisterDocument:
    """A document handed in for verification."""

    customer_id: int
    type: DocumentType
    file_name: str | None = None
    sha256: str | None = None
    number_last4: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None
