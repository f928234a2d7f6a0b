"""Who is let in at all: hosts, origins, and what a browser sends without asking first."""

import json
from collections.abc import AsyncIterator

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.support import postgres
from tests.support.raw import posted, wired
from tests.support.server import Api, running_api
from tests.support.sockets import PROTOCOL
from tests.support.streams import SSE
from tests.support.transport import LEGACY, MODERN, VIEWER, refusals

HOST = "api.isp.example"
APP = "https://app.isp.example"
LOCAL = "http://localhost:3000"
FOREIGN = [
    "null",
    "https://evil.example",
    "http://app.isp.example",
    "https://app.isp.example:8443",
    "https://app.isp.example.",
    "https://app.isp.example.evil.example",
    "https://evil-app.isp.example",
    "https://APP.isp.example",
    "https://app.isp.example/",
    "http://localhost",
    "http://localhost:30000",
    "",
]


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """Behind a proxy on this host, under one name, for the pages of two sites."""
    async with (
        postgres.cloned_database() as url,
        running_api(
            url,
            tmp_path_factory.mktemp("data"),
            allowed_hosts=[HOST],
            allowed_origins=[APP, LOCAL],
            trusted_proxies=["127.0.0.0/8"],
        ) as api,
    ):
        api.http.headers["Host"] = HOST
        yield api


class TestHosts:
    @pytest.mark.parametrize("host", [HOST, f"{HOST}:8000", HOST.upper()])
    async def test_that_are_served_are_answered(self, api, host):
        response = await api.http.get("/graphql", headers={"Host": host})

        assert response.status_code == 405

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1", f"{HOST}.", f"x.{HOST}", f"{HOST}@evil.example", ""]
    )
    @pytest.mark.parametrize("path", ["/graphql", "/api/customers/1", "/metrics", "/nowhere"])
    async def test_that_are_not_are_refused_on_every_path(self, api, path, host):
        response = await api.http.get(path, headers={"Host": host})

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", [])]
        assert "evil" not in response.text

    async def test_that_are_not_get_no_socket(self, api):
        url = api.url.replace("http://", "ws://") + "/graphql"

        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(url, subprotocols=[PROTOCOL])

        assert refused.value.response.status_code == 400
        assert json.loads(refused.value.response.body or b"")["errors"]

    async def test_need_not_be_named_to_ask_for_health(self, api):
        assert (await api.http.get("/healthz", headers={"Host": "10.1.2.3"})).status_code == 200
        assert (await api.http.get("/readyz", headers={"Host": "10.1.2.3"})).status_code == 200

    async def test_of_no_name_are_refused_in_the_oldest_protocol_too(self, api):
        async with wired(api) as wire:
            await wire.send(b"GET /graphql HTTP/1.0\r\n\r\n")

            assert (await wire.reply()).status == 400


class TestProxies:
    async def test_that_speak_tls_make_browsers_keep_to_it(self, api):
        secure = await api.http.get("/healthz", headers={"X-Forwarded-Proto": "https"})
        plain = await api.http.get("/healthz")

        assert secure.headers["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in plain.headers


class TestOrigins:
    @pytest.mark.parametrize("origin", [APP, LOCAL])
    async def test_that_are_listed_may_ask(self, api, origin):
        preflight = await preflighted(api, origin)
        response = await asked(api, origin)
        stream = await asked(api, origin, Accept=SSE)

        assert preflight.status_code == 200
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
        for each in (preflight, response, stream):
            assert each.headers["access-control-allow-origin"] == origin
            assert "Origin" in each.headers["vary"]
            assert "access-control-allow-credentials" not in each.headers
        assert "x-request-id" in response.headers["access-control-expose-headers"]

    @pytest.mark.parametrize("origin", FOREIGN)
    async def test_that_are_not_are_told_nothing(self, api, origin):
        preflight = await preflighted(api, origin)
        responses = [
            preflight,
            await asked(api, origin),
            await asked(api, origin, Accept=SSE),
            await api.http.get("/api/customers/1", headers={"Origin": origin}),
        ]

        assert preflight.status_code == 403
        assert refusals(preflight) == [("BAD_REQUEST", [])]
        for each in responses:
            assert "access-control-allow-origin" not in each.headers

    @pytest.mark.parametrize(
        ("method", "header"), [("DELETE", "content-type"), ("POST", "x-other")]
    )
    async def test_may_ask_in_no_other_way(self, api, method, header):
        response = await preflighted(api, APP, method, header)

        assert response.status_code == 403

    @pytest.mark.parametrize("origin", [APP, LOCAL, f"https://{HOST}", None])
    async def test_that_are_listed_or_our_own_or_none_get_a_socket(self, api, origin):
        async with socket_from(api, origin) as connection:
            assert connection.subprotocol == PROTOCOL

    @pytest.mark.parametrize("origin", FOREIGN)
    async def test_that_are_not_get_no_socket(self, api, origin):
        with pytest.raises(InvalidStatus) as refused:
            await socket_from(api, origin)

        assert refused.value.response.status_code == 403
        assert refused.value.response.headers["content-security-policy"]
        assert json.loads(refused.value.response.body or b"")["errors"]


class TestWhatBrowsersSendUnasked:
    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "text/plain; charset=utf-8",
            "text/plain;application/json",
            "text/plain, application/json",
            "text/plain; x=application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
            "application/jsonp",
            "application/json, text/plain",
            "application/json; charset=utf-7",
            "x-application/json",
            "application/graphql",
            "*/*",
            "",
            None,
        ],
    )
    @pytest.mark.parametrize("path", ["/graphql", "/api/billing/customers/1/payments"])
    async def test_is_refused_before_it_is_read(self, api, path, content_type):
        headers = {"Origin": APP, "Authorization": f"Bearer {api.token()}"}
        if content_type is not None:
            headers["Content-Type"] = content_type

        response = await api.http.post(path, content=json.dumps({"query": VIEWER}), headers=headers)

        assert response.status_code == 415
        assert len(response.content) < 1000

    async def test_by_get_runs_nothing(self, api):
        mutation = "mutation { createCustomer(input: {type: INDIVIDUAL}) { __typename } }"

        for accept in (MODERN, LEGACY, SSE, "text/html", "*/*"):
            response = await api.http.get(
                "/graphql", params={"query": mutation}, headers={"Accept": accept}
            )

            assert response.status_code == 405
            assert response.headers["allow"] == "POST, OPTIONS"

    async def test_with_a_cookie_speaks_for_nobody(self, api):
        response = await api.http.post(
            "/graphql",
            json={"query": VIEWER},
            headers={"Cookie": f"token={api.token()}; authorization=Bearer {api.token()}"},
        )

        assert response.status_code == 401
        assert "set-cookie" not in response.headers

    async def test_in_the_address_speaks_for_nobody(self, api):
        token = api.token()

        response = await api.http.post(
            f"/graphql?access_token={token}&authorization=Bearer%20{token}", json={"query": VIEWER}
        )

        assert response.status_code == 401


class TestHeaders:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/healthz", 200),
            ("GET", "/nowhere", 404),
            ("GET", "/graphql", 405),
            ("POST", "/graphql", 415),
            ("GET", "/graphql/", 404),
            ("GET", "/api/customers/1", 401),
            ("GET", "/api/nowhere", 404),
            ("DELETE", "/healthz", 405),
            ("GET", "/metrics", 401),
        ],
    )
    async def test_are_on_every_answer(self, api, method, path, status):
        response = await api.http.request(method, path)

        assert response.status_code == status
        assert len(response.content) < 1000
        told = {name: response.headers.get(name) for name in HEADERS}
        assert told == HEADERS
        assert "server" not in response.headers
        assert len(response.headers["x-request-id"]) == 32

    async def test_are_on_what_is_no_request_too(self, api):
        async with wired(api) as wire:
            await wire.send(b"NONSENSE\r\n\r\n")
            reply = await wire.reply()

        assert {name: reply.headers.get(name) for name in HEADERS} == {
            name: value.lower() for name, value in HEADERS.items()
        }

    async def test_send_nothing_back_that_came(self, api):
        marker = "zz<script>zz"
        request = posted(
            api, {"query": 1}, f"Accept: {marker}", f"X-Request-Id: {marker}", f"Origin: {marker}"
        ).replace(b"Host: localhost", f"Host: {HOST}".encode())
        async with wired(api) as wire:
            await wire.send(request.replace(b"/graphql", f"/graphql?{marker}".encode()))
            reply = await wire.reply()

        assert reply.status == 406
        assert "zz" not in reply.body.decode() + json.dumps(reply.headers)


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


async def preflighted(api, origin, method="POST", header="authorization, content-type"):
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
    return await api.http.options("/graphql", headers={"Origin": origin, **asked})


async def asked(api, origin, **headers):
    named = {"Origin": origin, "Authorization": f"Bearer {api.token()}", **headers}
    return await api.http.post("/graphql", json={"query": VIEWER}, headers=named)


def socket_from(api, origin):
    return websockets.connect(
        f"ws://{HOST}/graphql",
        host="127.0.0.1",
        port=api.http.base_url.port,
        subprotocols=[PROTOCOL],
        origin=origin,
    )
