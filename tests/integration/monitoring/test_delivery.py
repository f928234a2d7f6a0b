"""Notifications leave the platform: by a real mail server, once each, honestly accounted for."""

import asyncio

import pytest
from sqlalchemy import select

from domain.customer.models import CommunicationType, CustomerStatus, CustomerType
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.monitoring.alerts import AlertService
from domain.monitoring.handlers import HANDLERS
from domain.monitoring.models import Alert, Notification
from domain.monitoring.notifiers import (
    DeliveryFailed,
    RecordingNotifier,
    SentMessage,
    SmtpNotifier,
    configure_notifier,
)
from tests.support.customers import created_customer
from tests.support.monitoring import events_of, notifications, prefers, raised_alert

EMAIL, SMS = CommunicationType.EMAIL, CommunicationType.SMS


class FlakySms(RecordingNotifier):
    """Takes mail; its SMS gateway is down until told otherwise."""

    is_down = True

    async def send_sms(self, to: str, text: str) -> None:
        if self.is_down:
            raise DeliveryFailed("gateway down")
        await super().send_sms(to, text)


async def handled(database: Database, prefix: str) -> None:
    """Hand the events whose type begins so to monitoring's handlers, as the bus does."""
    for event in await events_of(database, prefix):
        async with database.unit_of_work(SYSTEM) as session:
            await HANDLERS[event.type](session, event)


async def alerted_customer(database: Database, *channels: CommunicationType, **facts) -> int:
    """A customer with both addresses who wants those channels and has one alert."""
    customer_id = await created_customer(
        database, email="ada@example.com", phone="+351210000000", **facts
    )
    for channel in channels:
        await prefers(database, customer_id, channel)
    await raised_alert(database, customer_id)
    return customer_id


async def column(database: Database, attribute) -> list:
    async with database.reading() as connection:
        return list((await connection.execute(select(attribute))).scalars())


class TestByMail:
    async def test_the_server_gets_the_alert_and_the_row_says_sent(self, database, mailbox):
        await alerted_customer(database, EMAIL)

        await handled(database, "monitoring.alert.raised")

        (message,) = mailbox.messages
        assert mailbox.recipients == ["ada@example.com"]
        assert message["Subject"] == "Alert: OUTAGE"
        assert message["From"] == "noc@example.net"
        assert message["To"] == "ada@example.com"
        assert message["Message-ID"].endswith("@example.net>")
        assert message.get_content().strip() == "Your line is down"
        assert await notifications(database) == [("EMAIL", "SENT", None)]
        assert await column(database, Notification.transport) == ["smtp"]

    async def test_the_same_event_again_sends_nothing(self, database, mailbox):
        await alerted_customer(database, EMAIL)

        await handled(database, "monitoring.alert.raised")
        await handled(database, "monitoring.alert.raised")

        assert len(mailbox.messages) == 1
        assert await column(database, Notification.attempts) == [1]

    async def test_a_server_that_is_away_is_tried_again(self, database, mailbox):
        await alerted_customer(database, EMAIL)
        mailbox.data_answer = "451 Try again later"
        with pytest.raises(DeliveryFailed, match="Try again later"):
            await handled(database, "monitoring.alert.raised")
        ((_, status, reason),) = await notifications(database)

        mailbox.data_answer = "250 OK"
        await handled(database, "monitoring.alert.raised")

        assert status == "QUEUED"
        assert "451" in reason
        assert await notifications(database) == [("EMAIL", "SENT", None)]
        assert await column(database, Notification.attempts) == [2]
        assert len(mailbox.messages) == 1

    async def test_two_processes_at_one_alert_send_one_mail(self, database, mailbox):
        await alerted_customer(database, EMAIL)

        await asyncio.gather(*(handled(database, "monitoring.alert.raised") for _ in range(2)))

        assert len(mailbox.messages) == 1
        assert await notifications(database) == [("EMAIL", "SENT", None)]

    async def test_a_server_that_does_not_answer_in_time_is_tried_again(self, database, mailbox):
        await alerted_customer(database, EMAIL)
        mailbox.delay_seconds = 5.0
        configure_notifier(
            SmtpNotifier(
                host="127.0.0.1", port=mailbox.port, sender="noc@example.net", timeout_seconds=0.2
            )
        )

        with pytest.raises(DeliveryFailed, match="SMTP: "):
            await handled(database, "monitoring.alert.raised")

        ((_, status, _),) = await notifications(database)
        assert status == "QUEUED"

    async def test_nobody_listening_is_a_reason_to_try_again(self, database, mailbox):
        await alerted_customer(database, EMAIL)
        configure_notifier(SmtpNotifier(host="127.0.0.1", port=1, sender="noc@example.net"))

        with pytest.raises(DeliveryFailed):
            await handled(database, "monitoring.alert.raised")

        ((_, status, _),) = await notifications(database)
        assert status == "QUEUED"

    @pytest.mark.parametrize("answer", ["rcpt_answer", "data_answer"])
    async def test_a_mail_refused_for_good_has_failed(self, database, mailbox, answer):
        await alerted_customer(database, EMAIL)
        setattr(mailbox, answer, "550 No such user")

        await handled(database, "monitoring.alert.raised")
        await handled(database, "monitoring.alert.raised")

        ((_, status, reason),) = await notifications(database)
        assert status == "FAILED"
        assert "550" in reason
        assert await column(database, Notification.attempts) == [1]

    async def test_a_line_break_in_an_address_or_a_subject_never_reaches_the_server(self, mailbox):
        notifier = SmtpNotifier(host="127.0.0.1", port=mailbox.port, sender="noc@example.net")

        for to, subject in (("a@b.c\r\nBcc: d@e.f", "s"), ("a@b.c", "s\r\nBcc: d@e.f")):
            with pytest.raises(ValueError):
                await notifier.send_email(to, subject, "body")

        assert mailbox.messages == []


class TestByOtherChannels:
    async def test_a_channel_without_a_transport_is_suppressed_with_the_reason(
        self, database, mailbox
    ):
        await alerted_customer(database, *CommunicationType)

        await handled(database, "monitoring.alert.raised")

        assert await notifications(database) == [
            ("EMAIL", "SENT", None),
            ("MAIL", "SUPPRESSED", "there is no transport for MAIL"),
            ("PHONE", "SUPPRESSED", "there is no transport for PHONE"),
            ("PUSH", "SUPPRESSED", "there is no transport for PUSH"),
            ("SMS", "SUPPRESSED", "there is no transport for SMS"),
        ]

    async def test_a_recording_notifier_says_so(self, database, recording):
        await alerted_customer(database, EMAIL, SMS)

        await handled(database, "monitoring.alert.raised")

        assert list(recording.messages) == [
            SentMessage(EMAIL, "ada@example.com", "Alert: OUTAGE", "Your line is down"),
            SentMessage(SMS, "+351210000000", None, "OUTAGE: Your line is down"),
        ]
        assert await column(database, Notification.transport) == ["recording", "recording"]

    async def test_what_was_sent_stays_sent_when_another_channel_fails(self, database, recording):
        notifier = FlakySms()
        configure_notifier(notifier)
        await alerted_customer(database, EMAIL, SMS)

        with pytest.raises(DeliveryFailed, match="gateway down"):
            await handled(database, "monitoring.alert.raised")
        notifier.is_down = False
        await handled(database, "monitoring.alert.raised")

        assert [message.channel for message in notifier.messages] == [EMAIL, SMS]
        assert await notifications(database) == [("EMAIL", "SENT", None), ("SMS", "SENT", None)]

    async def test_an_alert_resolved_first_is_not_sent(self, database, recording):
        await alerted_customer(database, EMAIL)
        async with database.unit_of_work(SYSTEM) as session:
            await AlertService().acknowledge_alert(session, 1)
            await AlertService().resolve_alert(session, 1)

        await handled(database, "monitoring.alert.raised")

        assert list(recording.messages) == []
        assert await notifications(database) == [
            ("EMAIL", "SUPPRESSED", "the alert was resolved first")
        ]


class TestCustomerUpdated:
    async def test_suspending_a_customer_lowers_the_priority_of_open_alerts(self, database):
        customer_id = await alerted_customer(database)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(
                session, customer_id, CustomerStatus.SUSPENDED, reason="fraud check"
            )

        await handled(database, "customer.updated")
        await handled(database, "customer.updated")

        assert await column(database, Alert.priority) == ["LOW"]
        assert await column(database, Alert.version) == [2]

    async def test_other_changes_leave_alerts_alone(self, database):
        customer_id = await alerted_customer(
            database, type=CustomerType.BUSINESS, company_name="Acme"
        )
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().update_customer(session, customer_id, {"language": "pt"})

        await handled(database, "customer.updated")

        assert await column(database, Alert.priority) == ["HIGH"]
        assert await column(database, Alert.version) == [1]


class TestCustomerDeleted:
    async def test_closes_what_was_open_and_announces_it(self, database):
        customer_id = await alerted_customer(database)
        await raised_alert(database, customer_id)
        async with database.unit_of_work(SYSTEM) as session:
            await AlertService().acknowledge_alert(session, 1)
            await CustomerService().delete_customer(session, customer_id)

        await handled(database, "customer.deleted")
        await handled(database, "customer.deleted")

        assert await column(database, Alert.status) == ["RESOLVED", "RESOLVED"]
        assert await column(database, Alert.resolved_by) == ["system", "system"]
        types = [event.type for event in await events_of(database, "monitoring.")]
        assert types.count("monitoring.alert.resolved") == 2
        assert types.count("monitoring.alert.acknowledged") == 2
