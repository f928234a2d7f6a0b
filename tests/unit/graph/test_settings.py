"""Hosts, origins and proxies as they are set: what could never match is refused at the start."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from graph.settings import Settings


class TestOrigins:
    @pytest.mark.parametrize(
        "origin",
        [
            "https://app.example",
            "http://localhost:3000",
            "https://app.example:8443",
            "http://[::1]:8000",
            "https://app.example:80",
        ],
    )
    def test_are_as_browsers_say_them(self, origin):
        assert Settings(allowed_origins=f" {origin} ,").allowed_origins == [origin]

    @pytest.mark.parametrize(
        "origin",
        [
            "*",
            "null",
            "app.example",
            "https://",
            "https://App.example",
            "https://app.example/",
            "https://app.example.",
            "https://app.example:443",
            "http://app.example:80",
            "https://app.example:0443",
            "https://*.app.example",
            "https://user@app.example",
            "ftp://app.example",
        ],
    )
    def test_that_no_browser_says_are_refused(self, origin):
        with pytest.raises(ValidationError):
            Settings(allowed_origins=f"https://good.example,{origin}")


class TestHosts:
    def test_are_names_or_addresses_in_any_case(self):
        hosts = "API.example,localhost, 10.0.0.1 ,[::1]"

        assert Settings(allowed_hosts=hosts).allowed_hosts == [
            "api.example",
            "localhost",
            "10.0.0.1",
            "[::1]",
        ]

    @pytest.mark.parametrize("host", ["*", "https://api.example", "api.example:80", "a/b", "a b"])
    def test_are_nothing_else(self, host):
        with pytest.raises(ValidationError):
            Settings(allowed_hosts=host)


def test_proxies_are_networks():
    proxies = Settings(trusted_proxies="10.0.0.0/8,::1/128").trusted_proxies

    assert proxies == [ip_network("10.0.0.0/8"), ip_network("::1/128")]
