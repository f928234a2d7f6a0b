"""Bytes that two readers may read in two ways, and other oddities: never a fault."""

import json

import pytest

from tests.support.raw import wired

POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\n"
JSON = POST + b"Content-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\n"
SOCKET = (
    b"GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

CUT = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "huge length": POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "identity coding": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "two codings": POST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "no hexadecimal chunk": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "huge chunk": CHUNKED + b"fffffffffffffffffff\r\n{}",
    "negative chunk": CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    "bare line feeds in chunks": CHUNKED + b"2\n{}\n0\n\n",
    "bare line feeds": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "space before the colon": GET + b"Host : x\r\n\r\n",
    "folded field": GET + b"Host: x\r\nA: b\r\n c\r\n\r\n",
    "nul": GET + b"Host: x\r\nA: b\0c\r\n\r\n",
    "bytes in the path": b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
    "version 2 in one line": b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n",
    "two servers": b"GET http://other.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
    "unknown method": b"FOO /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "tunnel": b"CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "no path": b"GET http://other.example HTTP/1.1\r\nHost: x\r\n\r\n",
    "other upgrade with a body": JSON
    + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
    "handshake by POST": SOCKET.replace(b"GET", b"POST") + b"Host: x\r\n" + KEY + b"\r\n",
    "handshake without a key": SOCKET + b"Host: x\r\n\r\n",
    "handshake with half a key": SOCKET + b"Host: x\r\nSec-WebSocket-Key: \xff\r\n\r\n",
    "handshake of another version": SOCKET.replace(b"13", b"8") + b"Host: x\r\n" + KEY + b"\r\n",
    "handshake with a body": SOCKET + b"Host: x\r\n" + KEY + b"Content-Length: 4\r\n\r\nabcd",
    "handshake with a long field": SOCKET
    + b"Host: x\r\n"
    + KEY
    + b"X: "
    + b"a" * 20_000
    + b"\r\n\r\n",
    "handshake with a long path": SOCKET.replace(b"/graphql", b"/" + b"a" * 20_000)
    + b"Host: x\r\n"
    + KEY
    + b"\r\n",
    "handshake without a host": SOCKET + KEY + b"\r\n",
    "handshake with two hosts": SOCKET + b"Host: x\r\nHost: y\r\n" + KEY + b"\r\n",
    "handshake from nowhere": SOCKET + b"Host: x\r\nOrigin: null\r\n" + KEY + b"\r\n",
    "handshake from bytes": SOCKET + b"Host: x\r\nOrigin: \xff\r\n" + KEY + b"\r\n",
}
ANSWERED = {
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
    "HTTP/1.0 with chunks": (
        CHUNKED.replace(b"1.1", b"1.0").replace(b"application/json", b"text/x") + b"0\r\n\r\n",
        415,
    ),
    "whole address": (
        b"GET http://Own.example:80/healthz HTTP/1.1\r\nHost: own.example:80\r\n\r\n",
        200,
    ),
    "no field's value": (GET + b"Host: x\r\nA:\r\nB: c\r\n\r\n", 200),
    "no host": (GET + b"\r\n", 400),
    "two hosts": (GET + b"Host: x\r\nHost: x\r\n\r\n", 400),
    "two content types": (JSON + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 400),
    "two authorizations": (
        JSON + b"Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\n{}",
        400,
    ),
    "two origins": (JSON + b"Origin: a\r\nOrigin: b\r\nContent-Length: 2\r\n\r\n{}", 400),
    "no name for a host": (GET + b"Host: a/b\r\n\r\n", 400),
    "a host with a user": (GET + b"Host: x@y\r\n\r\n", 400),
    "half an escape": (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "bytes by escapes": (b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "the folder above": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "everything": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "trace": (b"TRACE /graphql HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "tunnel to a path": (b"CONNECT /graphql HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "other upgrade": (GET + b"Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
    "continue, then": (JSON + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 100),
    "no continue": (POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", 415),
    "another expectation": (JSON + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 400),
    "extended chunks": (CHUNKED + b"2;a=b;c\r\n{}\r\n0\r\n\r\n", 400),
    "many empty fields": (JSON + b"Accept: ;;;,,,q=1;q=nan\r\nContent-Length: 2\r\n\r\n{}", 406),
    "no number": (JSON + b"Accept: */*;q=nan\r\nContent-Length: 2\r\n\r\n{}", 406),
    "bytes for a token": (JSON + b"Authorization: Bearer \xff\r\nContent-Length: 2\r\n\r\n{}", 400),
    "bytes for an id": (GET + b"Host: x\r\nX-Request-Id: \xff\r\n\r\n", 200),
}


@pytest.mark.parametrize("name", CUT)
async def test_what_cannot_be_read_is_refused_as_json_and_the_connection_cut(api, caplog, name):
    async with wired(api) as wire:
        await wire.send(CUT[name])
        reply = await wire.reply()

        assert 400 <= reply.status < 500
        assert json.loads(reply.body)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert len(reply.body) < 300
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert await wire.rest() == b""
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_can_be_read_is_answered(api, caplog, name):
    sent, status = ANSWERED[name]

    async with wired(api) as wire:
        await wire.send(sent)
        reply = await wire.reply()

    assert reply.status == status
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_no_field_of_a_trailer_is_one_of_the_request(api):
    trailer = f"0\r\nAuthorization: Bearer {api.token()}\r\n\r\n".encode()
    body = b'{"query":"{ viewer { role } }"}'

    async with wired(api) as wire:
        await wire.send(CHUNKED + b"%x\r\n%s\r\n" % (len(body), body) + trailer)
        reply = await wire.reply()

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")


async def test_what_follows_another_upgrade_is_no_request(api):
    upgrade = GET + b"Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with wired(api) as wire:
        await wire.send(upgrade, GET + b"Host: x\r\n\r\n")

        assert (await wire.rest()).count(b"HTTP/1.1 ") == 1
