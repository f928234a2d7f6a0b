"""What the audit log says."""

import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

import domain
from domain.kernel.audit import AuditEntry, AuditKind
from domain.kernel.base import Model
from domain.kernel.database import Database


async def audited(
    database: Database, kind: AuditKind = AuditKind.CHANGE, **facts: Any
) -> list[AuditEntry]:
    """The entries of that kind with these facts, oldest first."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(
            select(AuditEntry.__table__)
            .where(*(getattr(AuditEntry, name) == value for name, value in facts.items()))
            .where(AuditEntry.kind == kind)
            .order_by(AuditEntry.id)
        )
        return [AuditEntry(**row) for row in rows.mappings()]


def models() -> list[type[Model]]:
    """Every table's model, of all modules."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if module.name.startswith("domain.kernel.") or module.name.endswith(".models"):
            importlib.import_module(module.name)
    return [mapper.class_ for mapper in Model.registry.mappers]


async def eventually_equal(asked: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Ask until the answer is this: reads are written a moment after the operation."""
    answer: Any = None
    try:
        async with asyncio.timeout(60):
            while (answer := await asked()) != expected:
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert answer == expected
