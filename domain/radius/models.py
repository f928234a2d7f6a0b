"""Tables of the radius module, in the words of RFC 2865 and RFC 2866."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.addresses import Address, IpAddress
from domain.kernel.base import BigInt, BigKey, Key, Model, Timestamps

#: A RADIUS text attribute holds 253 octets (RFC 2865 §5).
LONGEST_TEXT = 253


class NasVendor(StrEnum):
    """Who made a network access server: some reply attributes are of one vendor only."""

    MIKROTIK = "MIKROTIK"
    CISCO = "CISCO"
    JUNIPER = "JUNIPER"
    HUAWEI = "HUAWEI"
    OTHER = "OTHER"


class SessionState(StrEnum):
    """
    Where a session stands, as far as accounting records tell.

    DISCONNECT_REQUESTED is still online: staff asked for its end, and no Stop has come yet.
    """

    ACTIVE = "ACTIVE"
    DISCONNECT_REQUESTED = "DISCONNECT_REQUESTED"
    STOPPED = "STOPPED"
    CLOSED_NAS_REBOOT = "CLOSED_NAS_REBOOT"


class AcctStatusType(StrEnum):
    """What an accounting record tells (RFC 2866 §5.1)."""

    START = "START"
    INTERIM_UPDATE = "INTERIM_UPDATE"
    STOP = "STOP"
    ON = "ON"
    OFF = "OFF"


class AuthOutcome(StrEnum):
    """How an authentication ended."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class AuthReason(StrEnum):
    """Why. An unknown username is BAD_CREDENTIALS too: nobody may learn which names exist."""

    OK = "OK"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    CUSTOMER_NOT_ACTIVE = "CUSTOMER_NOT_ACTIVE"
    SUBSCRIPTION_NOT_ACTIVE = "SUBSCRIPTION_NOT_ACTIVE"


class Nas(Timestamps, Model):
    """A network access server, known by the address its packets come from."""

    __tablename__ = "nas"
    __table_args__ = {"schema": "radius"}

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[IpAddress] = mapped_column(Address, unique=True)
    vendor: Mapped[NasVendor]


class NasBoot(Model):
    """When a NAS last said Accounting-On or Accounting-Off: no session outlives that."""

    __tablename__ = "nas_boots"
    __audited__ = False
    __table_args__ = {"schema": "radius"}

    nas_ip_address: Mapped[IpAddress] = mapped_column(Address, primary_key=True)
    booted_at: Mapped[datetime]


class RadiusSession(Timestamps, Model):
    """
    One stay of a customer on the network.

    ``input_octets`` are what the NAS received from the subscriber (upload), ``output_octets``
    what it sent (download); both are totals that never fall (RFC 2866 §5.3, §5.4).
    ``stopped_at`` is null exactly while the session is open.
    """

    __tablename__ = "sessions"
    __audited__ = frozenset({"disconnect_requested_at", "disconnect_reason"})
    __table_args__ = (
        CheckConstraint(
            "input_octets >= 0 and output_octets >= 0 and session_time_seconds >= 0",
            name="counters_not_negative",
        ),
        CheckConstraint(
            "(stopped_at is null) = (state in ('ACTIVE', 'DISCONNECT_REQUESTED'))",
            name="open_until_stopped",
        ),
        Index("sessions_customer_id_idx", "customer_id", "started_at", "id"),
        Index("sessions_started_at_idx", "started_at", "id"),
        Index("sessions_username_idx", "username", "started_at", "id"),
        Index("sessions_framed_ip_address_idx", "framed_ip_address", "started_at", "id"),
        Index(
            "sessions_open_customer_id_idx",
            "customer_id",
            "started_at",
            "id",
            postgresql_where=text("stopped_at is null"),
        ),
        Index(
            "sessions_open_nas_idx",
            "nas_ip_address",
            postgresql_where=text("stopped_at is null"),
        ),
        {"schema": "radius", "postgresql_with": {"fillfactor": "80"}},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    acct_unique_session_id: Mapped[str] = mapped_column(String(LONGEST_TEXT), unique=True)
    acct_session_id: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    username: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    nas_ip_address: Mapped[IpAddress] = mapped_column(Address)
    framed_ip_address: Mapped[IpAddress | None] = mapped_column(Address)
    calling_station_id: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    called_station_id: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    state: Mapped[SessionState]
    input_octets: Mapped[BigInt]
    output_octets: Mapped[BigInt]
    session_time_seconds: Mapped[BigInt]
    started_at: Mapped[datetime]
    last_update_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    terminate_cause: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    disconnect_requested_at: Mapped[datetime | None]
    disconnect_reason: Mapped[str | None] = mapped_column(String(200))


class UnclaimedAccounting(Model):
    """An accounting record whose username is no customer's: kept for a person to look into."""

    __tablename__ = "unclaimed_accounting"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint(
            "acct_unique_session_id",
            "status_type",
            "session_time_seconds",
            name="unclaimed_accounting_record_key",
        ),
        {"schema": "radius"},
    )

    id: Mapped[BigKey]
    received_at: Mapped[datetime]
    username: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    nas_ip_address: Mapped[IpAddress] = mapped_column(Address)
    acct_unique_session_id: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    status_type: Mapped[AcctStatusType]
    session_time_seconds: Mapped[BigInt]
    input_octets: Mapped[BigInt]
    output_octets: Mapped[BigInt]
    event_at: Mapped[datetime]
    record: Mapped[dict[str, Any]]


class ServiceCredential(Timestamps, Model):
    """
    A name and secret that a customer's line comes online with: PPPoE, not the portal's login.

    CHAP and MS-CHAPv2 need the secret itself, so the vault seals it; it is gone once the
    credential has ended. Among those that have not, ``username`` is unique.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (sealed is not null)", name="sealed_until_ended"),
        CheckConstraint("username = lower(username)", name="username_in_lower_case"),
        Index(
            "credentials_username_key",
            "username",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        {"schema": "radius"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), index=True)
    username: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes | None]
    rotated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class AuthLogEntry(Model):
    """One authentication attempt of a known customer. No password, in any form."""

    __tablename__ = "auth_log"
    __audited__ = False
    __table_args__ = (
        Index("auth_log_customer_id_idx", "customer_id", "attempted_at"),
        {"schema": "radius"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    username: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[AuthOutcome]
    reason: Mapped[AuthReason]
    actor: Mapped[str] = mapped_column(Text)
    attempted_at: Mapped[datetime]
