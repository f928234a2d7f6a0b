"""Resources of monitoring's tests: the process's notifier and a mail server."""

from collections.abc import AsyncIterator, Iterator

import pytest

from domain.monitoring.notifiers import (
    RecordingNotifier,
    SmtpNotifier,
    configure_notifier,
    current_notifier,
)
from tests.support.monitoring import Mailbox, mail_server


@pytest.fixture
def recording() -> Iterator[RecordingNotifier]:
    """The process sends into this notifier's memory."""
    before = current_notifier()
    notifier = RecordingNotifier()
    configure_notifier(notifier)
    yield notifier
    configure_notifier(before)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """The process sends to this mail server."""
    before = current_notifier()
    async with mail_server() as server:
        configure_notifier(
            SmtpNotifier(host="127.0.0.1", port=server.port, sender="noc@example.net")
        )
        yield server
    configure_notifier(before)
