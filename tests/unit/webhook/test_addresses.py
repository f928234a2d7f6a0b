"""Which addresses webhooks may go to."""

from ipaddress import ip_address, ip_network

import pytest

from domain.webhook.addresses import AddressRefused, Guard, is_public
from tests.support.webhook import resolving

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2001:4860:4860::8888"]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_hosts_of_the_internet_are_public(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_nothing_else_is_public_nor_leads_on_to_what_is_not(address: str):
    assert not is_public(ip_address(address))


class TestGuard:
    async def test_gives_the_addresses_to_connect_to(self):
        guard = Guard(resolve=resolving(["8.8.8.8", "2606:4700::1111", "8.8.8.8"]))

        found = await guard.addresses("example.com", 443, has_tls=True, is_operators=False)

        assert found == ["8.8.8.8", "2606:4700::1111"]

    @pytest.mark.parametrize("answer", [[], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["nonsense"]])
    async def test_refuses_a_name_unless_every_address_is_public(self, answer):
        guard = Guard(resolve=resolving(answer))

        for is_operators in (True, False):
            with pytest.raises(AddressRefused):
                await guard.addresses("example.com", 443, has_tls=True, is_operators=is_operators)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "no-such-host.invalid"])
    async def test_refuses_this_host_and_names_that_nobody_knows(self, host):
        with pytest.raises(AddressRefused):
            await Guard().addresses(host, 443, has_tls=True, is_operators=True)

    async def test_lets_the_operator_through_to_listed_networks_with_and_without_tls(self):
        guard = Guard((ip_network("10.1.0.0/16"),), resolving(["10.1.2.3"]))

        for has_tls in (True, False):
            found = await guard.addresses("hooks.lan", 8080, has_tls=has_tls, is_operators=True)
            assert found == ["10.1.2.3"]

    @pytest.mark.parametrize("has_tls", [True, False])
    async def test_keeps_resellers_out_of_the_operator_s_listed_networks(self, has_tls):
        guard = Guard((ip_network("10.1.0.0/16"),), resolving(["10.1.2.3"]))

        with pytest.raises(AddressRefused):
            await guard.addresses("hooks.lan", 8080, has_tls=has_tls, is_operators=False)

    async def test_refuses_plain_http_anywhere_else(self):
        guard = Guard((ip_network("10.1.0.0/16"),), resolving(["8.8.8.8"]))

        with pytest.raises(AddressRefused):
            await guard.addresses("example.com", 80, has_tls=False, is_operators=True)
