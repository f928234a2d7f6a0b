"""Metric samples come in: checked as a batch, stored once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Double, Integer, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from domain.customer.models import Customer
from domain.customer.policy import visible_customers
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid, NotFound
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.commands import NewSample
from domain.monitoring.kinds import BOUNDS
from domain.monitoring.models import MetricSample

LARGEST_BATCH = 1_000
#: Probes' clocks may be ahead of ours by this much.
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Ingested:
    """How many samples of a batch were new, and how many were there already."""

    recorded: int
    duplicates: int


class MetricService:
    """Takes in samples from probes and collectors."""

    async def record_metrics(self, session: UnitOfWork, samples: Sequence[NewSample]) -> Ingested:
        """
        Store 1 to 1,000 samples, all or none. Idempotent: the first value of a customer, kind and
        instant stays, whatever comes again.

        Raises:
            AccessDenied, Invalid.
            NotFound: a sample's customer is unknown; the path names the first such sample.
        """
        require(session.actor, Permission.MONITORING_WRITE, "record metrics")
        if not 1 <= len(samples) <= LARGEST_BATCH:
            raise Invalid("samples", f"must be 1 to {LARGEST_BATCH}")
        for index, sample in enumerate(samples):
            _check(sample, index, session.now)
        await _check_customers(session, samples)
        recorded = await _insert(session, samples)
        return Ingested(recorded=recorded, duplicates=len(samples) - recorded)


def _check(sample: NewSample, index: int, now: datetime) -> None:
    path = ["samples", str(index)]
    lowest, highest = BOUNDS[sample.kind]
    if not lowest <= sample.value <= highest:
        raise Invalid([*path, "value"], f"must be {lowest:g} to {highest:g} for {sample.kind}")
    if sample.sampled_at.tzinfo is None:
        raise Invalid([*path, "sampledAt"], "must have a UTC offset")
    if sample.sampled_at > now + _CLOCK_SKEW:
        raise Invalid([*path, "sampledAt"], "must not be in the future")


async def _check_customers(session: UnitOfWork, samples: Sequence[NewSample]) -> None:
    wanted = {sample.customer_id for sample in samples}
    known = set(
        await session.scalars(
            select(Customer.id).where(Customer.id.in_(wanted), visible_customers(session.actor))
        )
    )
    for index, sample in enumerate(samples):
        if sample.customer_id not in known:
            path = ["samples", str(index), "customerId"]
            raise NotFound("customer", sample.customer_id, path=path)


async def _insert(session: UnitOfWork, samples: Sequence[NewSample]) -> int:
    """How many rows were new. Rows go in by key order, so that two batches cannot deadlock."""
    rows = (
        func.unnest(
            literal([sample.customer_id for sample in samples], ARRAY(Integer)),
            literal([str(sample.kind) for sample in samples], ARRAY(Text)),
            literal([sample.sampled_at for sample in samples], ARRAY(DateTime(timezone=True))),
            literal([sample.value for sample in samples], ARRAY(Double)),
        )
        .table_valued("customer_id", "kind", "sampled_at", "value")
        .render_derived("samples")
    )
    columns = (rows.c.customer_id, rows.c.kind, rows.c.sampled_at)
    statement = (
        insert(MetricSample)
        .from_select(
            ["customer_id", "kind", "sampled_at", "value", "received_at"],
            select(*columns, rows.c.value, literal(session.now)).order_by(*columns),
        )
        .on_conflict_do_nothing()
        .returning(MetricSample.customer_id)
    )
    return len((await session.scalars(statement)).all())
