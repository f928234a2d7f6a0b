"""The console script's commands, as an operator calls them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.cli.main import app
from graph.schema import build_schema
from subscriptions.log import read_head
from tests.support.customers import created_customer
from tests.support.facts import positioned
from tests.support.process import run
from tests.support.server import SECRET


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of an installation with a database of its own."""
    return {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(tmp_path),
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
    }


class TestToken:
    async def test_prints_a_token_that_the_server_takes_and_nothing_else(self, api, settings):
        _, output, _ = await run("token", "--role", "admin", **settings)

        data = await api.data("{ viewer { role } }", token=output.strip())

        assert data == {"viewer": {"role": "ADMIN"}}
        assert output.count("\n") == 1

    async def test_a_customers_token_speaks_for_that_customer(self, api, database, settings):
        customer_id = await created_customer(database)

        _, output, _ = await run(
            "token", "--role", "customer", "--customer", str(customer_id), "--ttl", "60", **settings
        )

        data = await api.data("{ viewer { customer { customerId } } }", token=output.strip())
        assert data == {"viewer": {"customer": {"customerId": customer_id}}}

    async def test_a_services_token_has_its_scopes(self, api, settings):
        _, output, _ = await run(
            "token", "--role", "service", "--scope", "event:read", "--scope", "customer:read",
            **settings,
        )  # fmt: skip

        data = await api.data("{ viewer { permissions } }", token=output.strip())
        assert data == {"viewer": {"permissions": ["CUSTOMER_READ", "EVENT_READ"]}}

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--role", "customer"],
            ["--role", "admin", "--customer", "1"],
            ["--role", "service"],
            ["--role", "nobody"],
            ["--role", "service", "--scope", "everything"],
        ],
    )
    async def test_refuses_claims_that_do_not_fit_the_role(self, settings, arguments):
        code, output, errors = await run("token", *arguments, **settings)

        assert (code, output) == (2, "")
        assert "Traceback" not in errors


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("DATABASE_URL", "mysql://localhost/x", "postgresql://"),
            ("BROADCAST_URL", "amqp://localhost", "memory://"),
            ("ISP_GRAPH_TOKEN_SECRET", "short", "32 characters"),
            ("ISP_GRAPH_POOL_SIZE", "0", "greater than or equal to 1"),
            ("ISP_GRAPH_ALLOWED_ORIGINS", "*", "list origins"),
            ("ISP_GRAPH_SMTP_URL", "http://mail", "smtp://"),
        ],
    )
    async def test_a_wrong_one_is_told_by_name_with_what_was_expected(
        self, settings, name, value, expected
    ):
        code, _, errors = await run("doctor", **{**settings, name: value})

        told = " ".join(errors.split())
        assert code == 2
        assert name in told
        assert expected in told
        assert "Traceback" not in told


async def test_schema_prints_the_published_schema(settings):
    _, output, _ = await run("schema", **settings)

    assert output == build_schema().as_str() + "\n"


async def test_doctor_is_content_with_a_working_installation(settings):
    code, _, errors = await run("doctor", **settings)

    assert code == 0, errors
    assert "PostgreSQL 18" in errors


async def test_doctor_exits_1_when_something_does_not_answer(settings):
    settings["ISP_GRAPH_SMTP_URL"] = "smtp://127.0.0.1:1"

    code, _, errors = await run("doctor", **settings)

    assert code == 1
    assert "ConnectionRefusedError" in errors


async def test_migrate_brings_an_empty_database_to_the_newest_revision(settings):
    code, _, errors = await run("migrate", **settings)

    assert code == 0, errors
    assert "up to date" in errors


async def test_events_tail_prints_envelopes_from_a_position(database, settings):
    customer_id = await created_customer(database, email="ada@example.com")
    await created_customer(database)

    _, output, _ = await run("events", "tail", "--after", "0", "--no-follow", **settings)

    events = [json.loads(line) for line in output.splitlines()]
    assert [event["position"] for event in events] == [1, 2]
    assert events[0]["event_type"] == "customer.created"
    assert events[0]["data"]["customer_id"] == customer_id


async def test_events_tail_prints_cloud_events(database, settings):
    customer_id = await created_customer(database)

    tail = ("events", "tail", "--after", "0", "--no-follow", "--format", "cloudevents")
    _, output, _ = await run(*tail, **settings)

    event = json.loads(output)
    assert (event["specversion"], event["type"]) == ("1.0", "customer.created")
    assert event["subject"] == str(customer_id)


@pytest.mark.parametrize("asked", [("--type", "nosuch.*"), ("--after", str(2**63))])
async def test_events_tail_refuses_what_cannot_be(settings, asked):
    code, output, told = await run("events", "tail", *asked, "--no-follow", **settings)

    assert (code, output) == (2, "")
    assert asked[0] in told
    assert "Traceback" not in told


async def test_events_prune_says_what_it_removes_and_tail_what_was_removed(database, settings):
    await created_customer(database)
    await positioned(database)

    _, _, pruned = await run("events", "prune", "--older-than", "0d", **settings)
    _, output, told = await run("events", "tail", "--after", "0", "--no-follow", **settings)

    assert pruned.split() == ["1", "events", "removed;", "the", "log", "begins", "behind", "1."]
    assert output == ""
    assert told.split() == [
        "Events",
        "up",
        "to",
        "position",
        "1",
        "were",
        "removed",
        "by",
        "retention.",
    ]


def test_events_prune_takes_an_age_in_days():
    refused = CliRunner().invoke(app, ["events", "prune", "--older-than", "soon"])

    assert refused.exit_code == 2
    assert "like 90d" in refused.output


async def test_events_new_epoch_makes_cursors_void(database, settings):
    async with database.reading() as connection:
        before = await read_head(connection)
        code, _, told = await run("events", "new-epoch", **settings)
        after = await read_head(connection)

    assert code == 0
    assert "void" in told
    assert before.cursors.seal(0) != after.cursors.seal(0)


async def test_seed_loads_demo_data_once(settings):
    code, _, first = await run("seed", "--customers", "30", **settings)
    _, _, second = await run("seed", "--customers", "30", **settings)

    assert code == 0, first
    assert "Demo data loaded" in first
    assert "no demo data loaded" in second
