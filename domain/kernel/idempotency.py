"""Idempotency keys: the same key and input replays the first answer (Data Synchronization rule)."""

import hashlib
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Table, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import Model
from domain.kernel.errors import IdempotencyKeyReused, Invalid
from domain.kernel.unit_of_work import UnitOfWork

_LONGEST_KEY = 200


class IdempotencyKey(Model):
    """A key that an actor used for an operation, what was asked, and the answer's keys."""

    __tablename__ = "idempotency_keys"
    __audited__ = False
    __table_args__ = {"schema": "kernel"}

    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Text)
    answer: Mapped[Any | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


_KEYS = cast("Table", IdempotencyKey.__table__)
# Kept, and of the table: built anew, and by way of the class, they cost nearly three times as much.
_CLAIM = (
    insert(_KEYS)
    .values({name: bindparam(name) for name in ("actor", "operation", "key", "request_hash")})
    .on_conflict_do_nothing()
    .returning(_KEYS.c.key)
)
_SETTLE = (
    update(_KEYS)
    .where(
        _KEYS.c.actor == bindparam("of_actor"),
        _KEYS.c.operation == bindparam("of_operation"),
        _KEYS.c.key == bindparam("of_key"),
    )
    .values(answer=bindparam("answer"))
)


def request_hash(request: object) -> str:
    """A digest of the request that is the same whatever the order of its keys."""
    canonical = orjson.dumps(request, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


async def claim(uow: UnitOfWork, operation: str, key: str, digest: str) -> tuple[bool, Any]:
    """
    ``(True, None)`` if the key is new: do the work, then ``settle``; ``(False, answer)`` if done.

    A second request with the key waits here until the first one commits or rolls back.

    Raises:
        IdempotencyKeyReused: the key came before with another input.
        Invalid: the key is empty or too long.
    """
    if not 0 < len(key) <= _LONGEST_KEY:
        raise Invalid("idempotencyKey", f"must have 1 to {_LONGEST_KEY} characters")
    identity = {"actor": uow.actor.subject, "operation": operation, "key": key}
    connection = await uow.connection()
    inserted = await connection.execute(_CLAIM, {**identity, "request_hash": digest})
    if inserted.scalar_one_or_none() is not None:
        return True, None
    found = (
        await uow.execute(
            select(IdempotencyKey.request_hash, IdempotencyKey.answer).filter_by(**identity)
        )
    ).one()
    if found.request_hash != digest:
        raise IdempotencyKeyReused
    return False, found.answer


async def settle(uow: UnitOfWork, operation: str, key: str, answer: object) -> None:
    """Keep the answer (a JSON value) beside the key, in the transaction of the work."""
    mine = {"of_actor": uow.actor.subject, "of_operation": operation, "of_key": key}
    await (await uow.connection()).execute(_SETTLE, {**mine, "answer": answer})
