"""The application with webhooks allowed on loopback, trusting the receivers of tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.receiver import Receiver, certificate, receiving
from tests.support.server import Api, running_api
from tests.support.webhook import KEY

NETWORKS = "127.0.0.1/32, ::1/128"


@pytest.fixture
async def api(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))
    async with running_api(
        database_url, tmp_path, webhook_networks=NETWORKS, encryption_key=KEY
    ) as api:
        yield api


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
