"""Thousands of hostile requests: no fault, nothing internal, and the data is as it should be."""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from domain.kernel.access import Permission, Role
from graph.schema import build_schema
from tests.support import postgres
from tests.support.customers import created_customer
from tests.support.estate import created_estate
from tests.support.events import settled
from tests.support.fuzz.cases import Case, Cases
from tests.support.fuzz.doors import Doors
from tests.support.fuzz.invariants import broken_invariants
from tests.support.fuzz.verdicts import findings, outcome
from tests.support.reseller import earning_reseller
from tests.support.server import Api, running_api

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "5000"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE = 12
MOST_SHOWN = 15
CUSTOMERS = 8
#: A flood is what budgets are there to end: this is about what gets through.
UNBOUNDED = "anonymous=none,customer=none,reseller=none,staff=none"


@pytest.fixture
async def api(tmp_path) -> AsyncIterator[Api]:
    """An application on a database that is thrown away, without budgets that end a flood."""
    async with (
        postgres.cloned_database() as url,
        running_api(
            url,
            tmp_path,
            streams_per_principal=1_000,
            points_per_minute=UNBOUNDED,
            requests_per_second=UNBOUNDED,
        ) as api,
    ):
        database = api.application.services.database
        reseller_id = await earning_reseller(database)
        await created_estate(database, reseller_id)
        for number in range(CUSTOMERS):
            await created_customer(database, username=f"player-{number}", reseller_id=reseller_id)
        yield api


def tokens_of(api: Api) -> dict[str, str | None]:
    return {
        "admin": api.token(),
        "support": api.token(Role.SUPPORT),
        "billing": api.token(Role.BILLING),
        "reseller": api.token(Role.RESELLER, reseller_id=1),
        "customer": api.token(Role.CUSTOMER, customer_id=1),
        "service": api.service_token(*Permission),
        "no scopes": api.service_token(),
        "nobody": None,
        "forged": f"{api.token()[:-4]}AAAA",
    }


class Complaints(logging.Handler):
    """What the server logged as an error meanwhile."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        facts = record.msg if isinstance(record.msg, dict) else {}
        cause = facts.get("exc_info") or record.exc_info
        shown = {name: each for name, each in facts.items() if name in ("event", "request_id")}
        shown["path"] = facts.get("path")
        self.told.append(f"{shown or record.getMessage()} {cause!r}"[:1_500])


@contextmanager
def complaints() -> Iterator[list[str]]:
    handler = Complaints()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.told
    finally:
        logging.getLogger().removeHandler(handler)


async def test_hostile_requests_are_refused_with_codes_and_break_nothing(api):
    tokens = tokens_of(api)
    cases = Cases(build_schema()._schema, sorted(tokens), SEED)
    numbers = iter(range(FIRST, FIRST + REQUESTS))
    found: list[str] = []
    outcomes: Counter[str] = Counter()

    async def play() -> None:
        async with Doors(api, tokens) as doors:
            for number in numbers:
                found.extend(await wrongs(doors, cases.case(number), outcomes))

    with complaints() as told:
        await asyncio.gather(*(play() for _ in range(AT_ONCE)))
        viewer = await api.data("{ viewer { role } }")
        # Endpoints that were made up are tried again for days.
        handlers = list(api.application._registry.known)
        await settled(api.application.services.database, handlers)

    assert found[:MOST_SHOWN] == [], f"{len(found)} findings, the first:\n" + "\n".join(
        found[:MOST_SHOWN]
    )
    assert told == [], "\n".join(told[:MOST_SHOWN])
    assert viewer == {"viewer": {"role": "ADMIN"}}
    assert await broken_invariants(api.application.services.database) == {}
    print(f"{REQUESTS} requests, seed {SEED}: {dict(outcomes.most_common())}")  # noqa: T201
    assert "RATE_LIMITED" not in outcomes


async def wrongs(doors: Doors, case: Case, outcomes: Counter[str]) -> list[str]:
    """What is wrong with the answer to the case, and how to have it again."""
    again = f"FUZZ_SEED={SEED} FUZZ_FIRST={case.number} FUZZ_REQUESTS=1 make fuzz"
    try:
        reply = await doors.send(case)
    except Exception as error:
        return [f"no answer: {error!r}\n  {again}\n  {case}"]
    found = [f"{each}\n  {again}\n  {case}" for each in findings(reply)]
    outcomes["wrong" if found else outcome(reply)] += 1
    return found
