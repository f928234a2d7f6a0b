"""The notifier port: how a message leaves the platform, and the transports that there are."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol

import aiosmtplib

from domain.customer.models import CommunicationType


class DeliveryFailed(Exception):
    """The transport could not pass the message on now; another attempt may do."""


class DeliveryRefused(DeliveryFailed):
    """The other side will never take this message: no use in trying again."""


class Notifier(Protocol):
    """
    A way out for messages. ``channels`` are those that it really has a transport for.

    Sending raises ``DeliveryFailed``, also for a channel that there is no transport for.
    """

    @property
    def name(self) -> str: ...

    @property
    def channels(self) -> frozenset[CommunicationType]: ...

    async def send_email(self, to: str, subject: str, body: str) -> None: ...

    async def send_sms(self, to: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What a recording notifier was given to send; an SMS has no subject."""

    channel: CommunicationType
    to: str
    subject: str | None
    body: str


class RecordingNotifier:
    """Sends nothing: keeps the last 1,000 messages in memory, for tests and demonstrations."""

    name = "recording"
    channels = frozenset({CommunicationType.EMAIL, CommunicationType.SMS})

    def __init__(self) -> None:
        self.messages: deque[SentMessage] = deque(maxlen=1_000)

    async def send_email(self, to: str, subject: str, body: str) -> None:
        self.messages.append(SentMessage(CommunicationType.EMAIL, to, subject, body))

    async def send_sms(self, to: str, text: str) -> None:
        self.messages.append(SentMessage(CommunicationType.SMS, to, None, text))


@dataclass(frozen=True, kw_only=True)
class SmtpNotifier:
    """
    Sends e-mail through an SMTP server (RFC 5321) with plain-text bodies; has no SMS gateway.

    ``start_tls`` None takes TLS if the server offers it, True insists; ``use_tls`` is TLS from
    the first byte (port 465). ``timeout_seconds`` is for one mail from connecting to acceptance:
    keep it well below the 15 seconds that a handler's transaction may wait for it.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    start_tls: bool | None = None
    use_tls: bool = False
    timeout_seconds: float = 6.0
    name: str = "smtp"
    channels: frozenset[CommunicationType] = frozenset({CommunicationType.EMAIL})

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """
        Hand the mail to the server.

        Raises:
            DeliveryRefused: the server refused the recipient or the content for good (5xx).
            DeliveryFailed: anything else that a later attempt may get over.
        """
        message = self._message(to, subject, body)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await aiosmtplib.send(
                    message,
                    hostname=self.host,
                    port=self.port,
                    username=self.username,
                    password=self.password,
                    start_tls=self.start_tls,
                    use_tls=self.use_tls,
                    timeout=self.timeout_seconds,
                )
        except (aiosmtplib.SMTPException, OSError) as error:
            kind = DeliveryRefused if _is_final(error) else DeliveryFailed
            raise kind(f"SMTP: {str(error) or type(error).__name__}") from error

    async def send_sms(self, to: str, text: str) -> None:
        raise DeliveryFailed("there is no SMS gateway")

    def _message(self, to: str, subject: str, body: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2].rstrip(">"))
        message.set_content(body)
        return message


class _Configured:
    """The process's notifier; recording until the server starts with another."""

    notifier: Notifier = RecordingNotifier()


def configure_notifier(notifier: Notifier) -> None:
    """Make it the one that the whole process sends through from now on."""
    _Configured.notifier = notifier


def current_notifier() -> Notifier:
    """The notifier that the process sends through."""
    return _Configured.notifier


async def send_email_alert(email: str, alert_type: str, alert_message: str) -> None:
    """Send an alert by e-mail now (guide, Monitoring example). Raises ``DeliveryFailed``."""
    await current_notifier().send_email(email, f"Alert: {alert_type}", alert_message)


async def send_sms_alert(phone: str, alert_type: str, alert_message: str) -> None:
    """Send an alert by SMS now (guide, Monitoring example). Raises ``DeliveryFailed``."""
    await current_notifier().send_sms(phone, f"{alert_type}: {alert_message}")


def _is_final(error: Exception) -> bool:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refusal.code >= 500 for refusal in error.recipients)
    return isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500
