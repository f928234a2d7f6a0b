"""Whose address counts: what a trusted proxy has seen, and never what a client says of itself."""

from ipaddress import ip_network

import pytest

from graph.transport.clients import believe_proxies

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def seen(peer, forwarded=(), *, proto=(), kind="http", trusted=TRUSTED):
    """Address and scheme behind the proxies."""
    scope = {
        "type": kind,
        "scheme": {"http": "http", "websocket": "ws"}[kind],
        "client": (peer, 1234) if peer else None,
        "headers": [
            *[(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded],
            *[(b"x-forwarded-proto", value.encode()) for value in proto],
        ],
    }
    believe_proxies(scope, trusted)
    return scope["client"] and scope["client"][0], scope["scheme"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.7, 10.2.2.2"], "203.0.113.7"),
        ("10.0.0.1", ["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("fd00::1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense, 10.2.2.2"], "10.2.2.2"),
        ("10.0.0.1", ["203.0.113.7:99"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["\xff"], "10.0.0.1"),
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("unix", ["1.1.1.1"], "unix"),
        (None, ["1.1.1.1"], None),
    ],
)
def test_the_client_is_the_last_that_is_no_trusted_proxy(peer, forwarded, client):
    assert seen(peer, forwarded)[0] == client


@pytest.mark.parametrize(
    ("peer", "proto", "kind", "scheme"),
    [
        ("10.0.0.1", ["https"], "http", "https"),
        ("10.0.0.1", ["https"], "websocket", "wss"),
        ("10.0.0.1", ["http, https"], "http", "https"),
        ("10.0.0.1", ["https, http"], "http", "http"),
        ("10.0.0.1", ["https", "http"], "http", "http"),
        ("10.0.0.1", ["javascript"], "http", "http"),
        ("10.0.0.1", [], "websocket", "ws"),
        ("203.0.113.9", ["https"], "http", "http"),
    ],
)
def test_the_scheme_is_what_the_nearest_proxy_says(peer, proto, kind, scheme):
    assert seen(peer, proto=proto, kind=kind)[1] == scheme


def test_nobody_is_believed_unless_proxies_are_named():
    assert seen("127.0.0.1", ["1.1.1.1"], proto=["https"], trusted=[]) == ("127.0.0.1", "http")
