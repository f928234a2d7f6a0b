"""The notifier port: what each transport can do, and which one the process uses."""

import pytest
from aiosmtpd.smtp import AuthResult

from domain.customer.models import CommunicationType
from domain.monitoring.notifiers import (
    DeliveryFailed,
    RecordingNotifier,
    SentMessage,
    SmtpNotifier,
    current_notifier,
    send_sms_alert,
)
from tests.support.monitoring import Mailbox, mail_server


def a_notifier(mailbox: Mailbox, **facts) -> SmtpNotifier:
    defaults = {"host": "127.0.0.1", "port": mailbox.port, "sender": "ISP <noc@example.net>"}
    return SmtpNotifier(**{**defaults, **facts})


class TestSmtpNotifier:
    async def test_sends_any_mail(self, mailbox):
        await a_notifier(mailbox).send_email("ada@example.com", "Olá, Ada", "Confirmação: ✓\n")

        (message,) = mailbox.messages
        assert message["Subject"] == "Olá, Ada"
        assert message["From"] == "ISP <noc@example.net>"
        assert message["Message-ID"].endswith("@example.net>")
        assert message.get_content().strip() == "Confirmação: ✓"

    async def test_has_no_sms_gateway(self, mailbox):
        assert current_notifier().channels == {CommunicationType.EMAIL}
        with pytest.raises(DeliveryFailed, match="no SMS gateway"):
            await send_sms_alert("+351210000000", "OUTAGE", "Your line is down")

    async def test_signs_in_with_its_password(self):
        def authenticate(_server, _session, _envelope, _mechanism, data) -> AuthResult:
            return AuthResult(
                success=(data.login, data.password) == (b"noc", b"right"), handled=False
            )

        options = {"auth_required": True, "auth_require_tls": False}
        async with mail_server(authenticator=authenticate, **options) as mailbox:
            known = a_notifier(mailbox, username="noc", password="right")
            unknown = a_notifier(mailbox, username="noc", password="wrong")
            await known.send_email("ada@example.com", "subject", "body")
            with pytest.raises(DeliveryFailed, match="535"):
                await unknown.send_email("bob@example.com", "subject", "body")

        assert mailbox.recipients == ["ada@example.com"]

    async def test_insists_on_encryption_if_told_to(self, mailbox):
        with pytest.raises(DeliveryFailed, match="STARTTLS"):
            await a_notifier(mailbox, start_tls=True).send_email("a@b.pt", "s", "b")

        assert mailbox.messages == []


class TestRecordingNotifier:
    async def test_keeps_the_last_thousand_messages(self):
        notifier = RecordingNotifier()
        for number in range(1001):
            await notifier.send_sms("+351210000000", str(number))

        assert len(notifier.messages) == 1000
        assert notifier.messages[0] == SentMessage(
            CommunicationType.SMS, "+351210000000", None, "1"
        )

    def test_is_what_a_process_starts_with(self):
        assert current_notifier().name == "recording"
