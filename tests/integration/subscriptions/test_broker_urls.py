"""Which brokers a URL may name, and that nobody is told its password."""

import pytest

from subscriptions.brokers import supervised
from subscriptions.brokers.urls import ask, backend_of
from tests.support.brokers import RedisServer
from tests.support.ears import CHANNEL, broadcasting, listening
from tests.support.log_lines import log_lines
from tests.support.waiting import eventually


class TestUrls:
    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
    async def test_postgresql_has_three_names(self, database_url, scheme):
        await ask(database_url.replace("postgresql+asyncpg", scheme, 1))

    async def test_redis_with_tls_and_a_password(self, tmp_path):
        server = RedisServer(tmp_path, password="s3cret!", has_tls=True)

        async with (
            server.running(),
            broadcasting(server.url) as broadcast,
            listening(broadcast) as ear,
        ):
            await broadcast.publish(CHANNEL, "1")
            await eventually(lambda: ear.heard("1") == 1)

    async def test_a_password_is_never_logged(self, tmp_path, monkeypatch):
        server = RedisServer(tmp_path, password="right")
        wrong = server.url.replace("right", "wr0ng")

        with log_lines(monkeypatch, supervised) as lines:
            async with server.running(), broadcasting(wrong):
                await eventually(lambda: bool(lines))

        assert [line["reason"] for line in lines[:1]] == ["AuthenticationError"]
        assert "wr0ng" not in str(lines)

    async def test_asking_a_broker_that_is_not_there_fails(self):
        with pytest.raises(ConnectionError):
            await ask("postgresql://127.0.0.1:1/none")

    def test_another_broker_is_refused_without_telling_the_url(self):
        with pytest.raises(ValueError) as refusal:
            backend_of("kafka://user:s3cret@host")

        assert "s3cret" not in str(refusal.value)
