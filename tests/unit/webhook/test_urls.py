"""Which URLs a webhook endpoint may have."""

import pytest

from domain.kernel.errors import Invalid
from domain.webhook.urls import Destination, parsed


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://Example.com", Destination("https", "example.com", 443, "/")),
        ("HTTPS://example.com:443/a", Destination("https", "example.com", 443, "/a")),
        ("https://a-b.test:8443/x?y=%20", Destination("https", "a-b.test", 8443, "/x?y=%20")),
        ("http://192.0.2.1/", Destination("http", "192.0.2.1", 80, "/")),
        ("https://[2001:0DB8::1]:9000/", Destination("https", "2001:db8::1", 9000, "/")),
        ("https://xn--bcher-kva.example/", Destination("https", "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_a_url_is_read_in_one_way(url: str, destination: Destination):
    assert parsed(url) == destination


@pytest.mark.parametrize(
    ("destination", "url"),
    [
        (Destination("https", "example.com", 443, "/"), "https://example.com/"),
        (Destination("https", "::1", 8443, "/a?b"), "https://[::1]:8443/a?b"),
        (Destination("http", "127.0.0.1", 80, "/"), "http://127.0.0.1/"),
    ],
)
def test_a_destination_is_written_without_a_port_that_goes_without_saying(
    destination: Destination, url: str
):
    assert str(destination) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com/#fragment",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nX-Header: 1",
        "https://example.com/a b",
        "https://example.com?x=1",
        "https://exa mple.com/",
        "https://b\u00fccher.example/",
        "https://example.com/\u00e9",
        "https://-example.com/",
        "https://example..com/",
        "https://example.com./",
        "https://_dmarc.example.com/",
        "https:///path",
        "https://[fe80::1%25eth0]/",
        "https://[::ffff:127.0.0.1]/",
        "https://example.com/" + "a" * 500,
    ],
)
def test_anything_that_two_parsers_may_read_differently_is_refused(url: str):
    with pytest.raises(Invalid) as refused:
        parsed(url)

    assert refused.value.path == ("url",)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "1.2.3.4.5", "a.1"],
)
def test_a_host_that_ends_in_a_number_is_an_address_in_full_or_refused(host: str):
    with pytest.raises(Invalid):
        parsed(f"https://{host}/")


@pytest.mark.parametrize("port", [0, 22, 25, 80, 442, 1023, 65536, 99999])
def test_ports_of_other_services_are_refused(port: int):
    with pytest.raises(Invalid):
        parsed(f"https://example.com:{port}/")
