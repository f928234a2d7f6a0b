"""One request on its way: over real TLS, to checked addresses only, bounded."""

import asyncio
import ssl
from ipaddress import ip_network

import pytest

from domain.webhook.addresses import Guard
from domain.webhook.models import WebhookFailure
from domain.webhook.sender import Outcome, Sender, trusting_the_usual
from domain.webhook.urls import parsed
from tests.support.receiver import NAME, answer, receiving
from tests.support.webhook import LOCALLY, LOOPBACK, a_sender, resolving

HEADERS = {"content-type": "application/json"}


async def post(sender: Sender, url: str) -> Outcome:
    try:
        return await posted(sender, url)
    finally:
        await sender.aclose()


async def posted(sender: Sender, url: str, *, is_operators: bool = True) -> Outcome:
    return await sender.post(parsed(url), HEADERS, b"{}", is_operators=is_operators)


def told(outcome: Outcome) -> tuple[int | None, WebhookFailure | None, str | None]:
    return outcome.status_code, outcome.failure, outcome.response


class TestPost:
    async def test_delivers_over_tls_to_the_name_that_the_certificate_has(self):
        async with receiving() as receiver:
            outcome = await post(a_sender(), receiver.url("/a?b=c", host=NAME))

        assert told(outcome) == (200, None, "OK")
        (request,) = receiver.requests
        assert request.target == "/a?b=c"
        assert request.body == b"{}"
        assert request.headers == {
            "host": f"{NAME}:{receiver.port}",
            "user-agent": "isp-graph-webhooks",
            "accept": "*/*",
            "accept-encoding": "identity",
            "content-length": "2",
            "content-type": "application/json",
        }

    async def test_uses_a_connection_again(self):
        sender = a_sender()
        async with receiving() as receiver:
            for _ in range(3):
                await posted(sender, receiver.url())
            await sender.aclose()

            assert (len(receiver.requests), receiver.connections) == (3, 1)

    async def test_refuses_a_host_that_its_certificate_does_not_prove(self):
        async with receiving() as receiver:
            wrong_name = await post(a_sender(), receiver.url(host="other.example.test"))
            guard = Guard(LOOPBACK, LOCALLY)
            unknown = await post(Sender(guard, tls=trusting_the_usual()), receiver.url())

        assert told(wrong_name) == told(unknown) == (None, WebhookFailure.TLS_FAILED, None)
        assert receiver.requests == []

    async def test_follows_no_redirect(self):
        there = "location: http://169.254.169.254/latest/meta-data/"
        async with receiving(answer(302, there)) as receiver:
            outcome = await post(a_sender(), receiver.url())

        assert told(outcome) == (302, WebhookFailure.WRONG_STATUS, "")
        assert len(receiver.requests) == 1

    @pytest.mark.parametrize("status", [100, 304, 400, 404, 429, 500, 503])
    async def test_takes_nothing_but_2xx_for_delivered(self, status: int):
        final = answer(500) if status == 100 else b""
        async with receiving(answer(status) + final) as receiver:
            outcome = await post(a_sender(), receiver.url())

        assert outcome.failure is WebhookFailure.WRONG_STATUS

    async def test_shows_the_beginning_of_the_answer_as_harmless_text(self):
        body = b"<b>no\x1b[31m</b>\r\n\x00\xff " + "‮é".encode() + b"x" * 5_000
        async with receiving(answer(500, body=body)) as receiver:
            outcome = await post(a_sender(), receiver.url())

        assert outcome.response is not None
        assert outcome.response.startswith("<b>no [31m</b> � éxxx")
        assert len(outcome.response) == 300

    async def test_does_not_wait_for_a_body_that_never_ends(self):
        endless = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nOK"
        async with receiving(endless) as receiver:
            outcome = await post(a_sender(), receiver.url())

        assert told(outcome) == (200, None, "OK")

    async def test_gives_up_on_a_slow_receiver(self):
        async with receiving() as receiver:
            receiver.release.clear()
            outcome = await post(a_sender(timeout_seconds=0.2), receiver.url())

        assert told(outcome) == (None, WebhookFailure.TIMED_OUT, None)

    async def test_tells_what_is_no_http_from_what_is_no_connection(self):
        async with receiving(b"220 smtp.example.com ESMTP\r\n\r\n") as receiver:
            nonsense = await post(a_sender(), receiver.url())
        nobody = await post(a_sender(), receiver.url())

        assert nonsense.failure is WebhookFailure.BAD_RESPONSE
        assert nobody.failure is WebhookFailure.CONNECTION_FAILED

    async def test_lets_a_slow_receiver_hold_up_nobody_else(self):
        sender = a_sender()
        async with receiving() as slow, receiving() as quick:
            slow.release.clear()
            waiting = [asyncio.create_task(posted(sender, slow.url())) for _ in range(16)]
            await slow.got(16)
            outcome = await posted(sender, quick.url())
            assert outcome.status_code == 200
            slow.release.set()
            assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}
            await sender.aclose()


class TestAddresses:
    @pytest.mark.parametrize(
        "host", ["localhost", "127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "[fe80::1]"]
    )
    async def test_that_are_not_public_are_never_connected_to(self, host: str):
        async with receiving() as receiver:
            outcome = await post(Sender(Guard()), receiver.url(host=host))

        assert told(outcome) == (None, WebhookFailure.ADDRESS_REFUSED, None)
        assert receiver.connections == 0

    async def test_are_those_that_were_checked_even_if_the_name_moves(self):
        """127.0.0.2 stands for a private address: it answers, and is not listed."""
        moving = resolving(["127.0.0.1"], ["127.0.0.2"])
        sender = a_sender(Guard((ip_network("127.0.0.1/32"),), moving))
        async with (
            receiving(answer(200, "connection: close")) as checked,
            receiving(host="127.0.0.2", port=checked.port) as private,
        ):
            first = await posted(sender, checked.url())
            second = await posted(sender, checked.url())
            await sender.aclose()

        assert told(first) == (200, None, "")
        assert told(second) == (None, WebhookFailure.ADDRESS_REFUSED, None)
        assert (checked.connections, private.connections) == (1, 0)

    async def test_are_refused_all_if_one_of_them_is_not_public(self):
        mixed = resolving(["127.0.0.1", "127.0.0.2"])
        async with receiving() as receiver:
            outcome = await post(
                a_sender(Guard((ip_network("127.0.0.1/32"),), mixed)), receiver.url()
            )

        assert outcome.failure is WebhookFailure.ADDRESS_REFUSED
        assert receiver.connections == 0

    async def test_are_tried_one_after_the_other(self):
        both = resolving(["127.0.0.9", "127.0.0.1"])
        async with receiving() as receiver:
            outcome = await post(
                a_sender(Guard((ip_network("127.0.0.0/8"),), both)), receiver.url()
            )

        assert outcome.status_code == 200

    async def test_of_listed_networks_are_the_operator_s_alone_even_over_a_kept_connection(self):
        sender = a_sender(Guard(LOOPBACK, LOCALLY))
        async with receiving() as receiver:
            own = await posted(sender, receiver.url())
            reseller_s = await posted(sender, receiver.url(), is_operators=False)
            again = await posted(sender, receiver.url())
            await sender.aclose()

        assert (own.status_code, again.status_code) == (200, 200)
        assert told(reseller_s) == (None, WebhookFailure.ADDRESS_REFUSED, None)
        assert (len(receiver.requests), receiver.connections) == (2, 1)

    async def test_of_listed_networks_take_plain_http_and_no_others(self):
        async with receiving(has_tls=False) as receiver:
            listed = await post(a_sender(), receiver.url(scheme="http"))
            elsewhere = await post(
                Sender(Guard(resolve=resolving(["8.8.8.8"]))), receiver.url(scheme="http")
            )

        assert listed.status_code == 200
        assert elsewhere.failure is WebhookFailure.ADDRESS_REFUSED


async def test_no_proxy_and_no_credential_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine localhost login us password secret")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiving() as receiver:
        outcome = await post(a_sender(), receiver.url())

    assert outcome.status_code == 200
    assert "authorization" not in receiver.requests[0].headers


def test_the_usual_authorities_are_trusted_or_those_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    usual = trusting_the_usual()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))

    assert len(usual.get_ca_certs()) > 50
    assert len(trusting_the_usual().get_ca_certs()) == 0
    assert (usual.verify_mode, usual.check_hostname) == (ssl.CERT_REQUIRED, True)
