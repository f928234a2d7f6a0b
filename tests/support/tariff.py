"""Builders of plans, assignments and usage: valid by themselves, showing only what matters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from domain.kernel.access import SYSTEM, Actor
from domain.kernel.database import Database
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.catalogue import CatalogueService
from domain.tariff.commands import CreatePlan
from domain.tariff.models import FupAction
from domain.tariff.services import TariffService
from domain.tariff.top_ups import TopUpService
from domain.tariff.usage import UsageService
from domain.tariff.usage_models import TopUp

_numbers = count(1)

#: An allowance that makes percentages easy to read: one percent is ten octets.
ALLOWANCE = 1000


def a_plan(**facts: Any) -> CreatePlan:
    """An unmetered monthly plan for 30.00 EUR, unless told otherwise."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "code": f"F-{number}",
        "name": f"Fibre {number}",
        "price": Money(3000, "EUR"),
        "download_kbps": 100_000,
        "upload_kbps": 20_000,
    }
    return CreatePlan(**{**defaults, **facts})


def a_metered_plan(action: FupAction = FupAction.THROTTLE, **facts: Any) -> CreatePlan:
    """A plan with an allowance of 1000 octets, throttled to 1000/500 kbit/s when that is how."""
    defaults: dict[str, Any] = {"allowance_octets": ALLOWANCE, "fup_action": action}
    if action is FupAction.THROTTLE:
        defaults |= {"throttled_download_kbps": 1000, "throttled_upload_kbps": 500}
    return a_plan(**{**defaults, **facts})


async def created_plan(database: Database, plan: CreatePlan | None = None, **facts: Any) -> int:
    """Put a plan on sale; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        created = await CatalogueService().create_plan(session, plan or a_plan(**facts))
        return created.id


async def revised_plan(
    database: Database,
    plan_id: int,
    *,
    effective_from: datetime | None = None,
    expected_version: int | None = None,
    **changes: Any,
) -> int:
    """Publish the next edition of the plan; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        edition = await CatalogueService().revise_plan(
            session,
            plan_id,
            changes,
            effective_from=effective_from,
            expected_version=expected_version,
        )
        return edition.id


async def retired_plan(database: Database, **facts: Any) -> int:
    """A plan that is no longer on sale; its id."""
    plan_id = await created_plan(database, **facts)
    await retire(database, plan_id)
    return plan_id


async def retire(database: Database, plan_id: int) -> None:
    """Withdraw the plan from sale."""
    async with database.unit_of_work(SYSTEM) as session:
        await CatalogueService().retire_plan(session, plan_id)


async def assigned_plan(database: Database, customer_id: int, plan_id: int) -> int:
    """Put the customer on the plan now; the assignment's id."""
    async with database.unit_of_work(SYSTEM) as session:
        return (await TariffService().assign_plan(session, customer_id, plan_id)).id


async def recorded_usage(database: Database, customer_id: int, octets: int, **facts: Any) -> None:
    """Record that many downloaded octets, now and under a new key unless told otherwise."""
    defaults: dict[str, Any] = {
        "downloaded_octets": octets,
        "uploaded_octets": 0,
        "recorded_at": datetime.now(UTC),
        "dedupe_key": f"key-{next(_numbers)}",
    }
    async with database.unit_of_work(SYSTEM) as session:
        await UsageService().record_usage(session, customer_id, **{**defaults, **facts})


async def topped_up(
    database: Database, customer_id: int, octets: int, *, actor: Actor = SYSTEM, **facts: Any
) -> TopUp:
    """Give the customer octets for 5.00 EUR, until the end of the month unless told otherwise."""
    async with database.unit_of_work(actor) as session:
        return await TopUpService().top_up(
            session, customer_id, octets=octets, **{"price": Money(500, "EUR"), **facts}
        )


@asynccontextmanager
async def unit_of_work_at(database: Database, instant: datetime) -> AsyncIterator[UnitOfWork]:
    """A unit of work of the platform's whose operation happens at the instant."""
    async with database.unit_of_work(SYSTEM) as session:
        vars(session)["now"] = instant
        yield session
