"""Facts that the radius module announces; all of them belong to a customer's stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.kernel.events import Event
from domain.radius.models import AuthReason, SessionState


@dataclass(frozen=True, kw_only=True)
class SessionStarted(Event):
    """The customer came online, or a session thought dead with its NAS proved to be alive."""

    type: ClassVar[str] = "radius.session.started"

    session_id: int
    nas_ip_address: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionStopped(Event):
    """The session ended. Octets are its totals so far."""

    type: ClassVar[str] = "radius.session.stopped"

    session_id: int
    nas_ip_address: str
    state: SessionState
    terminate_cause: str | None
    started_at: datetime
    stopped_at: datetime
    session_time_seconds: int
    uploaded_octets: int
    downloaded_octets: int


@dataclass(frozen=True, kw_only=True)
class AuthRejected(Event):
    """An authentication of the customer failed, for the first time after a minute without."""

    type: ClassVar[str] = "radius.auth.rejected"

    reason: AuthReason


@dataclass(frozen=True, kw_only=True)
class DisconnectRequested(Event):
    """Staff asked for the session's end; it is online until its NAS says otherwise."""

    type: ClassVar[str] = "radius.session.disconnect_requested"

    session_id: int
    nas_ip_address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CredentialCreated(Event):
    """The customer got a name and secret to come online with; neither is told here."""

    type: ClassVar[str] = "radius.credential.created"

    credential_id: int


@dataclass(frozen=True, kw_only=True)
class CredentialRotated(Event):
    """A credential has another secret from now on."""

    type: ClassVar[str] = "radius.credential.rotated"

    credential_id: int


@dataclass(frozen=True, kw_only=True)
class CredentialEnded(Event):
    """A credential lets nobody in any more."""

    type: ClassVar[str] = "radius.credential.ended"

    credential_id: int
