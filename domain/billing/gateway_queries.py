"""Reads of stored payment methods and attempts: only rows of the actor's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import gateway_models as models
from domain.billing import gateway_records as records
from domain.billing.kinds import AttemptStatus
from domain.billing.policy import visible_attempts, visible_methods
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record


@dataclass(frozen=True, slots=True)
class PaymentAttemptFilter:
    """In one of these statuses; in any if none are given."""

    status: tuple[AttemptStatus, ...] | None = None


@dataclass(frozen=True, slots=True)
class AttemptList:
    """A list of attempts as a client asks for it, the latest first."""

    part: Slice
    filter: PaymentAttemptFilter = PaymentAttemptFilter()


_NEWEST = Ordering(
    "CREATED_AT", (models.PaymentAttempt.created_at, models.PaymentAttempt.id), descending=True
)


async def methods_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, list[records.StoredMethod]]:
    """The stored methods of each customer that were not removed, the oldest first: 20 at most."""
    grouped: dict[int, list[records.StoredMethod]] = {}
    for method in await fetch(connection, records.StoredMethod, _methods(actor), keys=customer_ids):
        grouped.setdefault(method.customer_id, []).append(method)
    return grouped


async def methods_by_id(
    connection: AsyncConnection, actor: Actor, method_ids: Collection[int]
) -> dict[int, records.StoredMethod]:
    """The visible stored methods with these ids, also those that were removed."""
    found = await fetch(connection, records.StoredMethod, _methods_by_id(actor), keys=method_ids)
    return {method.id: method for method in found}


async def attempts_by_id(
    connection: AsyncConnection, actor: Actor, attempt_ids: Collection[int]
) -> dict[int, records.PaymentAttempt]:
    """The visible attempts with these ids."""
    found = await fetch(
        connection, records.PaymentAttempt, _attempts_by_id(actor), keys=attempt_ids
    )
    return {attempt.id: attempt for attempt in found}


async def attempt_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: AttemptList
) -> dict[int, Page[records.PaymentAttempt]]:
    """The same page of each customer's attempts that pass the filter, the latest first."""
    return await pages_by_parent(
        connection,
        records.PaymentAttempt,
        _attempts(actor, asked.filter),
        parent=models.PaymentAttempt.customer_id,
        parents=customer_ids,
        order=_NEWEST,
        part=asked.part,
        bound_to=asked.filter,
    )


async def attempt_counts_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    wanted: PaymentAttemptFilter,
) -> dict[int, int]:
    """How many attempts of each customer's pass the filter."""
    return await counts_by_parent(
        connection,
        _attempts(actor, wanted),
        parent=models.PaymentAttempt.customer_id,
        parents=customer_ids,
    )


def _all_methods(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    return select_record(records.StoredMethod, models.StoredMethod).where(visible_methods(actor))


@remembered
def _methods(actor: Actor) -> Select[Any]:
    method = models.StoredMethod
    kept = _all_methods(actor).where(one_of(method.customer_id), method.removed_at.is_(None))
    return kept.order_by(method.id)


@remembered
def _methods_by_id(actor: Actor) -> Select[Any]:
    return _all_methods(actor).where(one_of(models.StoredMethod.id))


def _every_attempt(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    attempt = select_record(records.PaymentAttempt, models.PaymentAttempt)
    return attempt.where(visible_attempts(actor))


@remembered
def _attempts(actor: Actor, wanted: PaymentAttemptFilter) -> Select[Any]:
    statement = _every_attempt(actor)
    if wanted.status is not None:
        statement = statement.where(models.PaymentAttempt.status.in_(wanted.status))
    return statement


@remembered
def _attempts_by_id(actor: Actor) -> Select[Any]:
    return _every_attempt(actor).where(one_of(models.PaymentAttempt.id))
