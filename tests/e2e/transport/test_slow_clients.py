"""A client that is slow, or asks too much at once, holds nothing for long."""

import asyncio

import pytest

from graph.transport.http_protocol import HttpProtocol
from graph.transport.protocols import server_config
from tests.support.raw import posted, wired
from tests.support.transport import VIEWER

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(HttpProtocol, "receive_seconds", 0.3)


@pytest.mark.usefixtures("_impatient")
class TestRequestsThatDoNotCome:
    @pytest.mark.parametrize(
        "head",
        [b"P", b"GET /heal", HEALTH, HEALTH + b"X-Half: ", HANDSHAKE],
        ids=["a byte", "half a line", "no end", "half a field", "half a handshake"],
    )
    async def test_whole_in_time_are_answered_408_and_cut(self, api, head):
        async with wired(api) as wire:
            await wire.send(head)
            reply = await wire.reply()

            assert (reply.status, reply.code) == (408, "TIMEOUT")
            assert reply.headers["connection"] == "close"
            assert reply.headers["content-security-policy"]
            assert await wire.rest() == b""

    async def test_are_no_whole_request_however_often_a_byte_comes(self, api):
        async with wired(api) as wire:
            dripping = asyncio.create_task(wire.send(HEALTH, *[b"X: y\r\n"] * 30, every=0.05))

            assert (await wire.reply()).status == 408
            assert await wire.rest() == b""
            dripping.cancel()

    async def test_with_all_of_their_body_run_nothing(self, api):
        whole = posted(api, {"query": VIEWER})
        async with wired(api) as wire:
            await wire.send(whole[:-1])

            assert (await wire.reply()).status == 408

    async def test_are_cut_though_they_were_answered_before_their_end(self, api):
        async with wired(api) as wire:
            await wire.send(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            refused = await wire.reply()

            assert refused.status == 415
            assert await wire.rest() == b""

    async def test_end_a_connection_that_is_kept_too(self, api):
        async with wired(api) as wire:
            await wire.send(HEALTH + b"\r\n")
            answered = await wire.reply()
            await wire.send(b"GET /he")

            assert answered.status == 200
            assert (await wire.reply()).status == 408

    async def test_and_a_client_that_never_asks_are_cut_without_a_word(self, api):
        async with wired(api) as wire:
            assert await wire.rest() == b""

    async def test_are_none_that_wait_for_their_answer(self, api):
        async with api.socket() as socket:
            await asyncio.sleep(0.5)
            await socket.subscribe("{ viewer { role } }")

            assert (await socket.next())["data"] == {"viewer": {"role": "ADMIN"}}


def test_a_connection_that_is_kept_for_nothing_is_closed_after_five_seconds():
    assert server_config("graph.app:create_app").timeout_keep_alive == 5


class TestHeads:
    @pytest.mark.parametrize(
        "head",
        [
            b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            HEALTH + b"X-Long: " + b"a" * 33_000 + b"\r\n\r\n",
            HEALTH + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 400) for n in range(99)) + b"\r\n",
            HEALTH + b"X-Many: a\r\n" * 101 + b"\r\n",
            HEALTH + b"X-Endless: " + b"a" * 33_000,
        ],
        ids=["line", "field", "all fields", "number", "no end"],
    )
    async def test_that_are_too_large_are_refused(self, api, head):
        async with wired(api) as wire:
            await wire.send(head)
            reply = await wire.reply()

        assert (reply.status, reply.code) == (431, "BAD_REQUEST")

    async def test_that_are_just_large_enough_are_not(self, api):
        fields = b"".join(b"X-%d: %s\r\n" % (n, b"a" * 300) for n in range(99))
        async with wired(api) as wire:
            await wire.send(HEALTH + fields + b"\r\n")

            assert (await wire.reply()).status == 200


class TestPipelines:
    async def test_are_answered_in_order(self, api):
        async with wired(api) as wire:
            await wire.send(HEALTH + b"\r\n" + posted(api, {"query": VIEWER}) + HEALTH + b"\r\n")
            replies = [await wire.reply() for _ in range(3)]

        assert [reply.status for reply in replies] == [200, 200, 200]
        assert b"ADMIN" in replies[1].body

    async def test_that_are_too_long_are_answered_as_far_as_they_go_and_cut(self, api):
        async with wired(api) as wire:
            await wire.send((HEALTH + b"\r\n") * 100)
            answered = (await wire.rest()).count(b"HTTP/1.1 200 OK")

        assert answered == HttpProtocol.most_pipelined + 1

    async def test_with_nonsense_at_their_end_are_answered_up_to_there(self, api):
        async with wired(api) as wire:
            await wire.send(HEALTH + b"\r\nNONSENSE\r\n\r\n")

            assert (await wire.reply()).status == 200
            assert await wire.rest() == b""


async def test_a_body_that_is_refused_is_read_no_further_than_it_must(api):
    endless = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
    async with wired(api) as wire:
        await wire.send(endless)
        assert (await wire.reply()).status == 415

        await wire.send(*[b" " * 65_536] * 200)

        assert await wire.rest() == b""
