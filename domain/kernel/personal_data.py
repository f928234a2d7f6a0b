"""What the kernel holds of a person, and how every module tells and forgets rows of one."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.audit import AuditEntry
from domain.kernel.base import Model
from domain.kernel.deliveries import EventDelivery
from domain.kernel.events import EventRow
from domain.kernel.idempotency import IdempotencyKey

#: What stands where a text was that may not be null.
ERASED = "erased"

_AS_TEXT = (Decimal, UUID, IPv4Address, IPv6Address)
#: Kinds of accounts that are told as such; every other one is a person of the staff.
_TOLD_KINDS = frozenset({"customer", "reseller", "service", "system", "anonymous"})
_EVENT_BOOKKEEPING = {"id", "position", "spec_version", "seq", "trace_id", "causation_id"}


async def told_rows(
    connection: AsyncConnection,
    model: type[Model],
    *where: ColumnElement[bool],
    leave_out: Collection[str] = (),
    people: Collection[str] = (),
) -> list[dict[str, Any]]:
    """
    The rows as JSON objects, by their key.

    ``leave_out`` are columns that are secrets or nobody's data; of those in ``people``, who hold
    names of accounts, only the kind is told: other people's names are not this person's data.
    """
    mapper = inspect(model)
    names = [column.key for column in mapper.column_attrs if column.key not in leave_out]
    rows = await connection.execute(
        select(*(getattr(model, name).label(name) for name in names))
        .where(*where)
        .order_by(*mapper.primary_key)
    )
    return [_told(dict(row), people) for row in rows.mappings()]


def told_kind(subject: str | None) -> str | None:
    """What kind of account it is: ``staff`` for a person of the provider's."""
    if subject is None:
        return None
    kind = subject.partition(":")[0]
    return kind if kind in _TOLD_KINDS else "staff"


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """The person's events, what was read and changed of them by whom, and their own requests."""
    subject = f"customer:{customer_id}"
    return {
        "events": await told_rows(
            connection,
            EventRow,
            EventRow.customer_id == customer_id,
            leave_out={*_EVENT_BOOKKEEPING, "reseller_id", "customer_id"},
            people={"actor"},
        ),
        "access_log": await told_rows(
            connection,
            AuditEntry,
            AuditEntry.customer_ids.contains([customer_id]) | (AuditEntry.actor == subject),
            leave_out={"customer_ids", "request_id", "causation_id", "client", "reseller_id"},
            people={"actor"},
        ),
        "repeatable_requests": await told_rows(
            connection,
            IdempotencyKey,
            IdempotencyKey.actor == subject,
            leave_out={"actor", "request_hash", "answer"},
        ),
    }


async def erased(
    connection: AsyncConnection, customer_id: int, personal: dict[str, dict[str, str | None]]
) -> None:
    """
    Forget what the person's events and audit entries say; that they happened stays.

    ``personal`` are the fields of ``data`` by the type of event, and what takes their place.
    """
    for event_type, fields in personal.items():
        await connection.execute(
            update(EventRow)
            .where(EventRow.customer_id == customer_id, EventRow.type == event_type)
            .values(data=EventRow.data.op("||")(fields))
        )
    await connection.execute(
        update(EventDelivery)
        .where(EventDelivery.customer_id == customer_id, EventDelivery.last_error.is_not(None))
        .values(last_error=ERASED)
    )
    await connection.execute(
        delete(IdempotencyKey).where(IdempotencyKey.actor == f"customer:{customer_id}")
    )
    await connection.execute(text("select kernel.forget_audited(:id)"), {"id": customer_id})


async def forget_answered(
    connection: AsyncConnection, operations: Collection[str], keys: Select[tuple[int]]
) -> None:
    """Forget which requests of anybody's to these operations were answered with these keys."""
    answers = keys.with_only_columns(*(func.to_jsonb(column) for column in keys.selected_columns))
    await connection.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.operation.in_(operations), IdempotencyKey.answer.in_(answers)
        )
    )


def is_over(instant: Any) -> ColumnElement[Any]:
    """The instant, or that of this transaction if there was none."""
    return func.coalesce(instant, func.now())


def _told(row: dict[str, Any], people: Collection[str]) -> dict[str, Any]:
    return {
        name: told_kind(value) if name in people else _json(value) for name, value in row.items()
    }


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, _AS_TEXT) else value
