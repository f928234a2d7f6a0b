"""Tables of the webhook module."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigKey, Key, Model, Timestamps


class WebhookStatus(StrEnum):
    """Whether events are sent to an endpoint."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"


class WebhookDisabledReason(StrEnum):
    """Why we stopped sending to an endpoint."""

    GONE = "GONE"
    FAILING = "FAILING"


class WebhookFormat(StrEnum):
    """How an event is written in a request's body."""

    ENVELOPE = "ENVELOPE"
    CLOUDEVENTS = "CLOUDEVENTS"


class WebhookFailure(StrEnum):
    """Why a request did not deliver its event."""

    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    CONNECTION_FAILED = "CONNECTION_FAILED"
    TLS_FAILED = "TLS_FAILED"
    TIMED_OUT = "TIMED_OUT"
    BAD_RESPONSE = "BAD_RESPONSE"
    WRONG_STATUS = "WRONG_STATUS"
    NOT_SIGNED = "NOT_SIGNED"


class WebhookEndpoint(Timestamps, Model):
    """
    A URL that events are sent to, of one reseller or (without one) of the platform's operator.

    ``event_types`` are types or patterns like ``customer.*``. ``scopes`` is what the operator who
    chose them could read; a reseller's endpoint reads what resellers can. ``failing_since`` is
    the first failure since the last success.
    """

    __tablename__ = "endpoints"
    __audited__ = frozenset(
        {"url", "description", "event_types", "scopes", "format", "status", "disabled_reason"}
    )
    __table_args__ = (
        CheckConstraint(
            "(status = 'DISABLED') = (disabled_reason is not null)", name="disabled_for_a_reason"
        ),
        {"schema": "webhook"},
    )

    id: Mapped[Key]
    reseller_id: Mapped[int | None] = mapped_column(ForeignKey("reseller.resellers.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(String(200))
    event_types: Mapped[list[str]]
    scopes: Mapped[list[str]]
    format: Mapped[WebhookFormat]
    status: Mapped[WebhookStatus] = mapped_column(server_default=WebhookStatus.ACTIVE)
    disabled_reason: Mapped[WebhookDisabledReason | None]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class WebhookSecret(Model):
    """
    A key that requests to an endpoint are signed with, sealed by the vault.

    One has no end; the one before it is live too until ``expires_at``.
    """

    __tablename__ = "secrets"
    __table_args__ = {"schema": "webhook"}

    id: Mapped[Key]
    endpoint_id: Mapped[int] = mapped_column(
        ForeignKey("webhook.endpoints.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class WebhookAttempt(Model):
    """
    One request to an endpoint and what came of it; a test has no outcome until it is sent.

    ``response`` is the beginning of the answer's body, ``number`` the request's for its event.
    """

    __tablename__ = "attempts"
    __audited__ = False
    __table_args__ = (
        Index("attempts_endpoint_id_idx", "endpoint_id", "id"),
        Index("attempts_endpoint_id_event_id_idx", "endpoint_id", "event_id"),
        Index("attempts_attempted_at_idx", "attempted_at"),
        {"schema": "webhook"},
    )

    id: Mapped[BigKey]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook.endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    attempted_at: Mapped[datetime]
    duration_ms: Mapped[int | None]
    status_code: Mapped[int | None]
    failure: Mapped[WebhookFailure | None]
    response: Mapped[str | None] = mapped_column(Text)
