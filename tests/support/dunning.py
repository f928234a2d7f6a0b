"""Builders of dunning policies and of accounts that are overdue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from domain.billing.dunning_cases import DunningService
from domain.billing.dunning_models import DunningCase
from domain.billing.dunning_policies import DunningPolicyService, NewPolicy, NewStep
from domain.billing.kinds import DunningAction, DunningStage
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.unit_of_work import UnitOfWork
from tests.support.billing import euros, issued_invoice

_numbers = count(1)


def some_steps() -> tuple[NewStep, ...]:
    """Reminded at once, warned with a fee of 5.00 EUR after 7 days, cut off after 14 and 60."""
    return (
        NewStep(stage=DunningStage.REMINDED, after_days=0, actions=(DunningAction.NOTIFY,)),
        NewStep(
            stage=DunningStage.WARNED,
            after_days=7,
            actions=(DunningAction.NOTIFY, DunningAction.LATE_FEE),
            late_fee=euros(500),
        ),
        NewStep(stage=DunningStage.SUSPENDED, after_days=14, actions=(DunningAction.SUSPEND,)),
        NewStep(
            stage=DunningStage.DISCONNECTED, after_days=60, actions=(DunningAction.DISCONNECT,)
        ),
    )


def a_policy(**facts: Any) -> NewPolicy:
    """The default for EUR, with three days of grace, from 1.00 EUR on, unless told otherwise."""
    defaults: dict[str, Any] = {
        "code": f"P-{next(_numbers)}",
        "name": "Households",
        "currency": "EUR",
        "steps": some_steps(),
        "grace_days": 3,
        "minimum": euros(100),
        "is_default": True,
    }
    return NewPolicy(**{**defaults, **facts})


async def created_policy(database: Database, **facts: Any) -> int:
    """Make the policy; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        return (await DunningPolicyService().create_policy(session, a_policy(**facts))).id


async def overdue_invoice(
    database: Database, customer_id: int, minor: int = 3000, *, days: int
) -> int:
    """Issue an invoice that was due so many days ago; its id."""
    return await issued_invoice(database, customer_id, minor, days_ago=days + 14, due_after_days=14)


@asynccontextmanager
async def in_days(database: Database, days: int) -> AsyncIterator[UnitOfWork]:
    """A unit of work of the platform's so many days from now."""
    async with database.unit_of_work(SYSTEM) as session:
        vars(session)["now"] = session.now + timedelta(days=days)
        yield session


async def reviewed(database: Database, customer_id: int, *, in_days_: int = 0) -> None:
    """Review the customer so many days from now."""
    async with in_days(database, in_days_) as session:
        await DunningService().review(session, customer_id)


async def cut_off(database: Database, customer_id: int) -> None:
    """Take the customer through the policy of ``a_policy`` to its suspension."""
    for days in (0, 7, 14):
        await reviewed(database, customer_id, in_days_=days)


async def case_of(database: Database, customer_id: int) -> Any:
    """The customer's latest case as a row, or None."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(*DunningCase.__table__.columns)
            .where(DunningCase.customer_id == customer_id)
            .order_by(DunningCase.id.desc())
        )
        return rows.first()
