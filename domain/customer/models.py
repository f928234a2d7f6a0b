"""Tables of the customer module, with the enums in the guide's words."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigKey, Key, Model, Timestamps


class CustomerType(StrEnum):
    """What kind of person or organisation the customer is."""

    INDIVIDUAL = "INDIVIDUAL"
    BUSINESS = "BUSINESS"
    GOVERNMENT = "GOVERNMENT"
    EDUCATIONAL = "EDUCATIONAL"
    NON_PROFIT = "NON_PROFIT"


class CustomerStatus(StrEnum):
    """Where the relation with the customer stands; service needs ACTIVE."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class SubscriptionState(StrEnum):
    """Where the customer's primary subscription stands; it decides on access and invoicing."""

    INACTIVE = "INACTIVE"
    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    TRIAL = "TRIAL"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class HoldReason(StrEnum):
    """Why service is held back; it resumes when the last hold is lifted."""

    NON_PAYMENT = "NON_PAYMENT"
    CUSTOMER = "CUSTOMER"
    ADMIN = "ADMIN"


class AddressType(StrEnum):
    """What an address is for."""

    BILLING = "BILLING"
    SERVICE = "SERVICE"
    MAILING = "MAILING"
    LEGAL = "LEGAL"
    OTHER = "OTHER"


class DocumentType(StrEnum):
    """What kind of proof a document is."""

    ID_CARD = "ID_CARD"
    PASSPORT = "PASSPORT"
    DRIVING_LICENSE = "DRIVING_LICENSE"
    BUSINESS_REGISTRATION = "BUSINESS_REGISTRATION"
    TAX_ID = "TAX_ID"
    UTILITY_BILL = "UTILITY_BILL"
    CONTRACT = "CONTRACT"
    OTHER = "OTHER"


class VerificationStatus(StrEnum):
    """Whether staff have checked a document."""

    PENDING = "PENDING"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class CommunicationType(StrEnum):
    """A channel to reach a customer by."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    MAIL = "MAIL"
    PUSH = "PUSH"


class TrackedState(StrEnum):
    """Which of the customer's two state machines moved."""

    STATUS = "STATUS"
    SUBSCRIPTION = "SUBSCRIPTION"


#: The columns that a search looks into.
SEARCHED = ("display_name", "company_name", "customer_number", "email", "username")


class Customer(Timestamps, Model):
    """
    A customer. ``username`` is unique among those not deleted; ``version`` steps at each change.
    ``holds`` are the ``HoldReason`` of a suspended subscription, sorted: each is lifted by itself.
    """

    __tablename__ = "customers"
    __customer_key__ = "id"
    __table_args__ = (
        Index(
            "customers_username_key",
            "username",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("customers_reseller_id_idx", "reseller_id", "id"),
        Index("customers_email_idx", text("lower(email)")),
        Index("customers_status_idx", "status", "id"),
        Index("customers_subscription_state_idx", "subscription_state", "id"),
        Index("customers_created_at_idx", "created_at", "id"),
        Index("customers_display_name_idx", "display_name", "id"),
        Index(
            "customers_tags_idx",
            "tags",
            postgresql_using="gin",
            postgresql_ops={"tags": "jsonb_path_ops"},
        ),
        Index(
            "customers_search_idx",
            *SEARCHED,
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(SEARCHED, "gin_trgm_ops"),
        ),
        {"schema": "customer"},
    )

    id: Mapped[Key]
    customer_number: Mapped[str] = mapped_column(
        String(20), Computed("'C-' || (1000000 + id)::text", persisted=True), unique=True
    )
    type: Mapped[CustomerType]
    status: Mapped[CustomerStatus]
    status_reason: Mapped[str | None] = mapped_column(String(500))
    subscription_state: Mapped[SubscriptionState]
    subscription_started_at: Mapped[datetime | None]
    subscription_ends_at: Mapped[datetime | None]
    holds: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    first_name: Mapped[str | None] = mapped_column(String(200))
    last_name: Mapped[str | None] = mapped_column(String(200))
    company_name: Mapped[str | None] = mapped_column(String(200))
    display_name: Mapped[str] = mapped_column(String(401))
    tax_id: Mapped[str | None] = mapped_column(String(50))
    email: Mapped[str | None] = mapped_column(String(254))
    email_verified_at: Mapped[datetime | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    mobile: Mapped[str | None] = mapped_column(String(20))
    username: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    time_zone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    reseller_id: Mapped[int | None] = mapped_column(ForeignKey("reseller.resellers.id"))
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    custom_fields: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class StateChange(Model):
    """One arrow that a customer took through a state machine: never changed, never deleted."""

    __tablename__ = "state_changes"
    __table_args__ = (
        Index("state_changes_customer_id_idx", "customer_id", "id"),
        {"schema": "customer"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    machine: Mapped[TrackedState]
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


class Address(Timestamps, Model):
    """A place of a customer's: where they are billed, served or written to. One default a type."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index("addresses_customer_id_idx", "customer_id", "id"),
        Index(
            "addresses_default_key",
            "customer_id",
            "type",
            unique=True,
            postgresql_where=text("is_default and removed_at is null"),
        ),
        {"schema": "customer"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    type: Mapped[AddressType]
    line1: Mapped[str] = mapped_column(String(200))
    line2: Mapped[str | None] = mapped_column(String(200))
    locality: Mapped[str] = mapped_column(String(200))
    region: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    is_default: Mapped[bool] = mapped_column(server_default="false")
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class Document(Timestamps, Model):
    """
    A proof that a customer handed in. PENDING until staff decide; the last four digits only.

    ``sha256`` is the digest of the file in lower-case hex.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("documents_customer_id_idx", "customer_id", "id"),
        CheckConstraint("number_last4 ~ '^[A-Za-z0-9]{1,4}$'", name="number_last4_short"),
        {"schema": "customer"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    type: Mapped[DocumentType]
    status: Mapped[VerificationStatus]
    file_name: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    number_last4: Mapped[str | None] = mapped_column(String(4))
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    uploaded_by: Mapped[str] = mapped_column(Text)
    verified_by: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None]
    rejection_reason: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class CommunicationPreference(Timestamps, Model):
    """Whether and for which purposes a customer may be reached by one channel."""

    __tablename__ = "communication_preferences"
    __table_args__ = {"schema": "customer"}

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), primary_key=True)
    communication_type: Mapped[CommunicationType] = mapped_column(primary_key=True)
    enabled: Mapped[bool] = mapped_column(server_default="true")
    billing_notifications: Mapped[bool] = mapped_column(server_default="true")
    service_notifications: Mapped[bool] = mapped_column(server_default="true")
    technical_notifications: Mapped[bool] = mapped_column(server_default="true")
    marketing_messages: Mapped[bool] = mapped_column(server_default="false")
    emergency_alerts: Mapped[bool] = mapped_column(server_default="true")


class EmailVerification(Model):
    """A single-use token to prove that an address is the customer's; only its hash is kept."""

    __tablename__ = "email_verifications"
    __table_args__ = (
        Index("email_verifications_customer_id_idx", "customer_id", "created_at"),
        {"schema": "customer"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
