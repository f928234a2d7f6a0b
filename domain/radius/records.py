"""
What may be read of RADIUS: sessions, servers, names; no password, no shared secret.

Addresses are text, as Python writes them.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.radius.models import AcctStatusType, NasVendor, SessionState


@dataclass(frozen=True, slots=True)
class RadiusSession:
    """One stay on the network. Names and units are the model's: input is upload (RFC 2866)."""

    id: int
    customer_id: int
    acct_unique_session_id: str
    acct_session_id: str
    username: str
    nas_ip_address: str
    framed_ip_address: str | None
    calling_station_id: str | None
    called_station_id: str | None
    state: SessionState
    input_octets: int
    output_octets: int
    session_time_seconds: int
    started_at: datetime
    last_update_at: datetime
    stopped_at: datetime | None
    terminate_cause: str | None
    disconnect_requested_at: datetime | None
    disconnect_reason: str | None

    @property
    def is_active(self) -> bool:
        """Whether the customer is online by it."""
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class Nas:
    """A network access server."""

    id: int
    name: str
    address: str
    vendor: NasVendor
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UnclaimedAccounting:
    """An accounting record of nobody's, with its whole totals."""

    id: int
    received_at: datetime
    username: str
    nas_ip_address: str
    acct_unique_session_id: str
    status_type: AcctStatusType
    session_time_seconds: int
    input_octets: int
    output_octets: int
    event_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceCredential:
    """A name that a customer's line comes online with; its secret is in no record."""

    id: int
    customer_id: int
    username: str
    created_at: datetime
    rotated_at: datetime
    ended_at: datetime | None
    version: int

    @property
    def is_active(self) -> bool:
        """Whether it lets its customer in."""
        return self.ended_at is None
