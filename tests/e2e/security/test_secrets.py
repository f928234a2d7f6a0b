"""Every kind of secret is used, and then looked for everywhere: it is nowhere."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from domain.kernel.access import Permission
from domain.monitoring.notifiers import current_notifier
from graph.schema import build_schema
from tests.support.leaks import dump, every_log, leaks
from tests.support.postgres import cloned_database, shut
from tests.support.process import run
from tests.support.receiver import certificate, receiving
from tests.support.server import SECRET, Api, running_api
from tests.support.streams import streaming

ENCRYPTION_KEY = "an-encryption-key-that-nobody-may-see-anywhere"
GIVEN = {
    "a customer's password": "customer-password-3f9a",
    "a customer's new password": "customer-password-7c21",
    "a wrong password": "wrong-password-91be",
    "a staff password": "staff-password-55d0",
    "a given service password": "given-service-password-aa07",
    "a wrong service password": "wrong-service-password-aa08",
    "the database's password": "database-password-e71c",
    "the encryption key": ENCRYPTION_KEY,
    "the token secret": SECRET,
    "a token secret that is too short": SECRET[:20],
    "a wrong refresh token": "wrong-refresh-token-d93e",
}
FORGED = '"event": "forged by a client"'


class Story:
    """What one client after the other does, and what comes of it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.secrets = dict(GIVEN)
        #: Answers that tell nobody's secret, and all that goes out by itself.
        self.told: dict[str, list[str]] = {"errors": [], "webhook bodies": [], "event frames": []}

    async def refused(self, query: str, token: str | None = None, **variables: object) -> None:
        """An operation that must fail somehow; its answer is kept."""
        answer = await self.api.run(query, variables, token=token)
        assert answer.get("errors") or "userErrors" in json.dumps(answer), answer
        self.told["errors"].append(json.dumps(answer))

    async def mutate(self, field: str, selection: str, **input: object) -> dict:
        payload = await self.api.mutate(field, input, selection)
        assert payload["userErrors"] == [], payload
        return payload


SIGN_IN = """
    mutation SignIn($login: String!, $password: String!) {
      signIn(input: {login: $login, password: $password}) {
        accessToken refreshToken userErrors { code message path }
      }
    }"""
AUTHENTICATE = """
    mutation A($username: String!, $password: String!) {
      authenticateCustomer(input: {username: $username, password: $password}) {
        authenticated reason userErrors { code }
      }
    }"""
CREATE = """
    mutation C($password: String!, $key: String) {
      createCustomer(
        input: {type: INDIVIDUAL, lastName: "B", password: $password, idempotencyKey: $key}
      ) { customer { id } userErrors { code message path } }
    }"""
REFRESH = """
    mutation R($token: String!) {
      refreshToken(input: {refreshToken: $token}) { accessToken userErrors { code message } }
    }"""


async def customers_sign_in(story: Story) -> int:
    password = GIVEN["a customer's password"]
    created = await story.mutate(
        "createCustomer",
        "customer { customerId }",
        type="INDIVIDUAL",
        lastName="Byron",
        username="ada",
        email="ada@example.com",
        password=password,
        idempotencyKey="k-1",
    )
    customer_id = created["customer"]["customerId"]
    signed_in = await story.api.data(SIGN_IN, {"login": "ada", "password": password}, token=None)
    story.secrets["an access token"] = signed_in["signIn"]["accessToken"]
    story.secrets["a refresh token"] = signed_in["signIn"]["refreshToken"]
    refreshed = await story.api.data(
        REFRESH, {"token": signed_in["signIn"]["refreshToken"]}, token=None
    )
    story.secrets["a second access token"] = refreshed["refreshToken"]["accessToken"]
    await story.mutate(
        "updateCustomer",
        "customer { id }",
        customerId=customer_id,
        password=GIVEN["a customer's new password"],
        idempotencyKey="k-2",
    )
    await story.mutate("requestEmailVerification", "customer { id }", customerId=customer_id)
    await asyncio.sleep(0)
    token = current_notifier().messages[-1].body.split()[-1]
    story.secrets["an e-mail token"] = token
    await story.mutate("confirmEmail", "confirmed", token=token)
    return int(customer_id)


async def people_are_refused(story: Story) -> None:
    wrong = GIVEN["a wrong password"]
    await story.refused(SIGN_IN, login="ada", password=wrong)
    await story.refused(SIGN_IN, login="ada\r\n{" + FORGED + "}\x1b[31m", password=wrong)
    await story.refused(SIGN_IN.replace("accessToken", "nope"), login="ada", password=wrong)
    await story.refused(SIGN_IN, login=7, password=wrong)
    await story.refused(REFRESH, token=GIVEN["a wrong refresh token"])
    await story.refused(CREATE, story.api.token(), password="short", key=None)
    await story.refused(CREATE, story.api.token(), password=wrong, key="k-1")
    await story.refused("{ viewer { role } }", story.secrets["an access token"] + "x")
    await story.refused(CREATE, story.secrets["a second access token"], password=wrong, key=None)
    headers = {
        "X-Request-Id": "id\x1b[31m",
        "Authorization": f"Basic {wrong}",
        "User-Agent": f"{FORGED}\x1b[31m",
    }
    response = await story.api.http.post("/graphql%0d%0a{" + FORGED + "}", headers=headers)
    story.told["errors"].append(response.text)


async def lines_come_online(story: Story, customer_id: int) -> None:
    token = story.api.service_token(Permission.RADIUS_AUTHENTICATE)
    story.secrets["a service token"] = token
    made = await story.mutate(
        "createServiceCredential",
        "password credential { id username }",
        customerId=customer_id,
        idempotencyKey="k-3",
    )
    story.secrets["a service password"] = made["password"]
    rotated = await story.mutate(
        "rotateServiceCredential", "password", credentialId=made["credential"]["id"]
    )
    story.secrets["a newer service password"] = rotated["password"]
    await story.mutate(
        "createServiceCredential",
        "password credential { id }",
        customerId=customer_id,
        username="line-1",
        password=GIVEN["a given service password"],
        idempotencyKey="k-4",
    )
    for password in (rotated["password"], GIVEN["a wrong service password"]):
        username = made["credential"]["username"]
        answer = await story.api.run(
            AUTHENTICATE, {"username": username, "password": password}, token=token
        )
        story.told["errors"].append(json.dumps(answer))


async def staff_work(story: Story) -> None:
    await story.mutate(
        "createAccount",
        "account { email }",
        email="ops@example.com",
        displayName="Ops",
        role="SUPPORT",
        password=GIVEN["a staff password"],
        idempotencyKey="k-5",
    )
    signed_in = await story.api.data(
        SIGN_IN,
        {"login": "ops@example.com", "password": GIVEN["a staff password"]},
        token=None,
    )
    story.secrets["a staff access token"] = signed_in["signIn"]["accessToken"]
    made = await story.mutate(
        "createServiceAccount", "clientSecret", name="aaa", scopes=["RADIUS_AUTHENTICATE"]
    )
    story.secrets["a client secret"] = made["clientSecret"]


async def webhooks_are_sent(story: Story, customer_id: int) -> None:
    async with receiving() as receiver:
        made = await story.mutate(
            "createWebhookEndpoint", "secret endpoint { id }", url=receiver.url(), eventTypes=["*"]
        )
        story.secrets["a webhook secret"] = made["secret"]
        story.secrets["a webhook key"] = made["secret"].removeprefix("whsec_")
        endpoint = made["endpoint"]["id"]
        rotated = await story.mutate("rotateWebhookSecret", "secret", endpointId=endpoint)
        story.secrets["a newer webhook secret"] = rotated["secret"]
        await story.mutate(
            "updateCustomer", "customer { id }", customerId=customer_id, lastName="C"
        )
        requests = await receiver.got(1)
        story.told["webhook bodies"] += [each.body.decode() for each in requests]
        await story.mutate("pauseWebhookEndpoint", "endpoint { id }", endpointId=endpoint)


async def events_are_followed(story: Story) -> None:
    query = "subscription { events { ... on Event { type data actor cloudEvent } } }"
    first = story.api.application.services.stream.hub.cursors.seal(0)
    async with streaming(story.api, query, last_event_id=first) as stream:
        while "radius.credential.rotated" not in (frame := (await stream.next()).data or ""):
            story.told["event frames"].append(frame)


async def things_break(story: Story, url: str) -> None:
    """Faults with secrets at hand: a table is gone, then the whole database."""
    database = story.api.application.services.database
    password = GIVEN["a customer's new password"]
    async with database.engine.begin() as connection:
        await connection.execute(text("drop table kernel.event_streams, radius.auth_log cascade"))
    await story.refused(CREATE, story.api.token(), password=password, key="k-9")
    token = story.secrets["a service token"]
    await story.refused(
        AUTHENTICATE, token, username="line-1", password=GIVEN["a given service password"]
    )
    await shut(url)
    await story.refused(SIGN_IN, login="ada", password=password)
    await story.refused(CREATE, story.api.token(), password=password, key="k-10")


async def commands_are_run(url: str, data: Path) -> str:
    settings = {
        "DATABASE_URL": url,
        "ISP_GRAPH_DATA": str(data),
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
        "ISP_GRAPH_ENCRYPTION_KEY": ENCRYPTION_KEY,
        "ISP_GRAPH_LOG_LEVEL": "DEBUG",
    }
    wrong = {**settings, "ISP_GRAPH_TOKEN_SECRET": SECRET[:20]}
    results = await asyncio.gather(
        run("doctor", **settings),
        run("events", "tail", "--after", "0", "--no-follow", **settings),
        run("doctor", **wrong),
    )
    assert results[2][0] == 2, results
    return "\n".join(output + errors for _, output, errors in results)


@pytest.fixture
def _receivers_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))


@pytest.mark.usefixtures("_receivers_are_trusted")
async def test_no_secret_is_in_a_log_an_error_an_event_a_table_or_any_output(tmp_path):
    assert "PGPASSWORD" not in os.environ
    async with cloned_database() as plain_url:
        url = make_url(plain_url).set(password=GIVEN["the database's password"])
        database_url = url.render_as_string(hide_password=False)
        with every_log() as logs:
            async with running_api(
                database_url,
                tmp_path,
                encryption_key=ENCRYPTION_KEY,
                webhook_networks="127.0.0.1/32, ::1/128",
            ) as api:
                story = Story(api)
                customer_id = await customers_sign_in(story)
                await people_are_refused(story)
                await lines_come_online(story, customer_id)
                await staff_work(story)
                await webhooks_are_sent(story, customer_id)
                await api.settled()
                await events_are_followed(story)
                tables = await dump(api.application.services.database)
                commands = await commands_are_run(database_url, tmp_path)
                headers = {"Authorization": f"Bearer {api.token()}"}
                pages = {
                    path: (await api.http.get(path, headers=headers)).text
                    for path in ("/metrics", "/api/openapi.json", "/readyz")
                }
                await things_break(story, plain_url)

        places = {
            **tables,
            **pages,
            **{name: "\n".join(each) for name, each in story.told.items()},
            **{name: stream.getvalue() for name, stream in logs.items()},
            "commands": commands,
            "schema": build_schema().as_str(),
        }
    assert leaks(story.secrets, places) == []
    logged = {name: places[name] for name in logs}
    assert leaks({"an address": "ada@example.com", "a name": "Byron"}, logged) == []
    assert {name for name, found in places.items() if not found and "table" not in name} == set()
    assert all(isinstance(json.loads(line), dict) for line in places["JSON log"].splitlines())
    assert not [line for line in places["text log"].splitlines() if line.startswith(("{", FORGED))]
    assert "\x1b[31m" not in places["text log"].replace("\x1b[31m\x1b[1m", "")
    assert "resolver failed" in places["JSON log"]
