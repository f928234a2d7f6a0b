"""What one socket, one message and one process take; and what a client's flood costs it."""

import json

import pytest
import websockets
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from graph.transport.messages import Messages
from graph.transport.socket_protocol import SocketProtocol
from tests.support.customers import created_customer
from tests.support.live import caught_up
from tests.support.raw import wired
from tests.support.sockets import PROTOCOL, closing_of, opened
from tests.support.streams import SSE
from tests.support.transport import refusals
from tests.support.waiting import eventually

EVENTS = "subscription { customerEvents { customerId } }"
VIEWER = {"query": "{ viewer { role } }"}
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
#: Operations that are wrong in every way that is not the message's.
BAD = [
    {"query": ""},
    {"query": "{" * 5_000},
    {"query": "{ nonsense }"},
    {"query": "{ a(b: " + "[" * 1_000 + "]" * 1_000 + ") }"},
    {"query": "query A { __typename } query B { __typename }"},
    {"query": "query Q($a: Int!) { customer(by: {customerId: $a}) { id } }"},
    {**VIEWER, "variables": {"a": "\0"}},
    {**VIEWER, "variables": {"a": [[[]]] * 10_000}},
    {**VIEWER, "operationName": "Nobody"},
    {"query": "subscription { nonsense }"},
    {"query": 'subscription { customerEvents(after: "x") { id } }'},
    {"query": "subscription { customer(by: {customerId: 0}) { id } }"},
    {"query": "fragment a on Query { ...a }"},
    {"query": "mutation { deleteCustomer(input: {customerId: 0}) { userErrors { code } } }"},
    {"query": "{ viewer { role @defer } }"},
]


def fragmented(number: int) -> bytes:
    """An empty object, in so many parts more than two."""
    parts = [Frame(Opcode.TEXT, b"{", fin=False)]
    parts += [Frame(Opcode.CONT, b"", fin=False)] * number
    return b"".join(part.serialize(mask=True) for part in [*parts, Frame(Opcode.CONT, b"}")])


class TestMessages:
    async def test_of_bad_operations_touch_no_other_operation(self, api):
        groups = api.application.live.groups
        await caught_up(api)

        async with api.socket() as socket:
            await socket.subscribe(EVENTS, id="live")
            await eventually(lambda: groups.followers == 1)
            for number, payload in enumerate(BAD):
                await socket.send(id=str(number), type="subscribe", payload=payload)
            ended = set()
            while len(ended) < len(BAD):
                message = await socket.receive()
                if message["type"] in ("error", "complete"):
                    ended.add(message["id"])
            customer_id = await created_customer(api.application.services.database)
            told = await socket.receive()

        assert (told["id"], told["payload"]["data"]) == (
            "live",
            {"customerEvents": {"customerId": customer_id}},
        )

    async def test_beyond_a_quarter_mebibyte_close_1009(self, api):
        message = json.dumps({"type": "ping", "payload": {"a": "x" * 256 * 1024}})

        async with opened(api, message) as socket:
            assert (await closing_of(socket))[0] == 1009

    async def test_of_just_a_quarter_mebibyte_are_taken(self, api):
        message = json.dumps({"type": "ping"})

        async with opened(api, message + " " * (256 * 1024 - len(message))) as socket:
            assert await socket.receive() == {"type": "pong"}

    async def test_in_too_many_fragments_close_1009(self, api, monkeypatch):
        monkeypatch.setattr(SocketProtocol, "most_fragments", 8)

        async with opened(api) as socket:
            socket.connection.transport.write(fragmented(5))
            with_few = await closing_of(socket)
        async with opened(api) as socket:
            socket.connection.transport.write(fragmented(20))
            with_many = await closing_of(socket)

        assert with_few == (4400, "A message must be an object with a type")
        assert with_many[0] == 1009

    async def test_that_come_too_fast_close_4429(self, api, monkeypatch):
        monkeypatch.setattr(Messages, "per_second", 20.0)

        async with opened(api, *[{"type": "ping"}] * 100) as socket:
            assert await closing_of(socket) == (4429, "Too many messages")

    async def test_may_say_the_same_twice_in_one_object(self, api):
        twice = '{"type": "connection_init", "type": "ping"}'

        async with opened(api, twice) as socket:
            assert await socket.receive() == {"type": "pong"}

    @pytest.mark.parametrize(
        "frame",
        [
            b"\x83\x80\0\0\0\0",
            b"\xc1\x80\0\0\0\0",
            b"\x80\x80\0\0\0\0",
            b"\x01\x80\0\0\0\0\x01\x80\0\0\0\0",
            b"\x81\x02{}",
            b"\x09\x80\0\0\0\0",
            b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126,
            b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
            b"\x81\x81\0\0\0\0\xff" * 5,
        ],
        ids=[
            "unknown opcode",
            "reserved bit",
            "nothing to continue",
            "two beginnings",
            "no mask",
            "ping in parts",
            "long ping",
            "of eight exbibytes",
            "no text, five times",
        ],
    )
    async def test_that_are_no_frames_close_and_log_no_error(self, api, caplog, frame):
        async with opened(api) as socket:
            socket.connection.transport.write(frame)

            assert (await closing_of(socket))[0] in (1002, 1007, 1009)
        assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_pings_are_answered_no_further_than_the_client_reads(api):
    """Or answers to one who never reads would fill the server's memory."""
    ping = Frame(Opcode.PING, b"x" * 125).serialize(mask=True)
    async with wired(api, receive_buffer=4096) as wire:
        await wire.send(HANDSHAKE)
        assert (await wire.reply()).status == 101

        await wire.send(*[ping * 1_000] * 60)
        await wire.send(Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))
        pongs = (await wire.rest()).count(b"\x8a\x7d")

    assert 0 < pongs < 60_000


class TestAProcessThatIsFull:
    @pytest.fixture(autouse=True)
    def _two(self, api, monkeypatch):
        monkeypatch.setattr(api.application.live, "_most", 2)

    async def test_has_no_room_for_one_more_socket_or_stream(self, api):
        url = api.url.replace("http://", "ws://") + "/graphql"
        async with api.socket(), opened(api):
            with pytest.raises(InvalidStatus) as refused:
                await websockets.connect(url, subprotocols=[PROTOCOL])
            stream = await api.http.post(
                "/graphql",
                json={"query": EVENTS},
                headers={"Accept": SSE, "Authorization": f"Bearer {api.token()}"},
            )
            query = await api.post("{ viewer { role } }")
        await eventually(lambda: api.application.live.has_room)
        async with api.socket():
            pass

        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "10"
        assert stream.status_code == 503
        assert refusals(stream) == [("LIMIT_EXCEEDED", [])]
        assert query.status_code == 200
