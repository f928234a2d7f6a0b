"""Builders of samples, alerts and network segments; a mail server; events as handlers get them."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from itertools import count
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from domain.customer.communication_service import CommunicationService
from domain.customer.models import AddressType, CommunicationType
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import EventRow, LoggedEvent
from domain.monitoring.alerts import AlertService
from domain.monitoring.commands import CoverNetworkSegment, CreateNetworkSegment, NewSample
from domain.monitoring.metrics import MetricService
from domain.monitoring.models import AlertSeverity, MetricKind, Notification, SegmentKind
from domain.monitoring.segments import SegmentService
from tests.support.customers import an_address

#: A round hour in the past that samples of tests lie around.
NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)

_numbers = count(1)


def a_sample(customer_id: int, **facts: Any) -> NewSample:
    """20 ms of latency at noon, unless told otherwise."""
    defaults: dict[str, Any] = {"kind": MetricKind.LATENCY_MS, "value": 20.0, "sampled_at": NOON}
    return NewSample(customer_id=customer_id, **{**defaults, **facts})


def samples_each_minute(customer_id: int, *values: float, **facts: Any) -> list[NewSample]:
    """One sample a minute from noon on."""
    return [
        a_sample(customer_id, value=value, sampled_at=NOON + timedelta(minutes=minute), **facts)
        for minute, value in enumerate(values)
    ]


async def recorded(database: Database, samples: list[NewSample]) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await MetricService().record_metrics(session, samples)


async def prefers(
    database: Database, customer_id: int, channel: CommunicationType, **switches: bool
) -> None:
    """Give the customer the channel, with the switches named set that way."""
    async with database.unit_of_work(SYSTEM) as session:
        await CommunicationService().set_preference(session, customer_id, channel, switches)


async def raised_alert(database: Database, customer_id: int, **facts: Any) -> int:
    """Raise a warning about an outage, unless told otherwise; its id."""
    defaults: dict[str, Any] = {
        "type": "OUTAGE",
        "severity": AlertSeverity.WARNING,
        "message": "Your line is down",
    }
    async with database.unit_of_work(SYSTEM) as session:
        alert = await AlertService().create_alert(session, customer_id, **{**defaults, **facts})
        return alert.id


async def created_segment(
    database: Database, *prefixes: str, country: str = "PT", **facts: Any
) -> int:
    """Create a site that serves the postal-code prefixes; its id."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "code": f"SITE-{number}",
        "name": f"Site {number}",
        "kind": SegmentKind.SITE,
    }
    async with database.unit_of_work(SYSTEM) as session:
        command = CreateNetworkSegment(**{**defaults, **facts})
        segment = await SegmentService().create_segment(session, command)
        for prefix in prefixes:
            rule = CoverNetworkSegment(
                segment_id=segment.id, country=country, postal_code_prefix=prefix
            )
            await SegmentService().cover(session, rule)
        return segment.id


def a_service_address(postal_code: str, **facts: Any) -> Any:
    return an_address(type=AddressType.SERVICE, postal_code=postal_code, **facts)


async def notifications(database: Database) -> list[tuple[str, str, str | None]]:
    """Channel, status and reason of every notification, in the order queued."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(Notification.channel, Notification.status, Notification.reason).order_by(
                Notification.id
            )
        )
        return [(str(row.channel), str(row.status), row.reason) for row in rows]


async def events_of(database: Database, prefix: str) -> list[LoggedEvent]:
    """The events whose type begins so, as the bus would hand them to a handler."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.__table__).where(EventRow.type.startswith(prefix)).order_by(EventRow.id)
        )
        return [_logged(dict(row)) for row in rows.mappings()]


def _logged(row: dict[str, Any]) -> LoggedEvent:
    position = row.pop("id")
    return LoggedEvent(**{**row, "position": position})


@dataclass
class Mailbox:
    """A mail server's memory; what it answers, and how late, can be set."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    rcpt_answer: str = "250 OK"
    data_answer: str = "250 OK"
    delay_seconds: float = 0.0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.delay_seconds)
        if self.data_answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.messages.append(message_from_bytes(content, policy=default))
            self.recipients.extend(envelope.rcpt_tos)
        return self.data_answer


@asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[Mailbox]:
    """A real SMTP server on a free port of this machine, in this event loop."""
    mailbox = Mailbox()

    def serve() -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS; they stay on this machine.
            warnings.simplefilter("ignore")
            return SMTP(mailbox, enable_SMTPUTF8=True, **options)

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
