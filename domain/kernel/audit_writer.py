"""Reads on their way to the audit log: gathered, written in batches, never dropped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog

from domain.kernel.audit import APPEND, as_json
from domain.kernel.database import Database

_MOST_WAITING = 2_000
_BATCH = 500
#: How long an entry waits for others to share its transaction.
_GATHER_SECONDS = 0.2
_RETRY_SECONDS = 0.5
#: How long the end of the process waits for a database that does not take the last ones.
_DRAIN_SECONDS = 10.0

logger = structlog.get_logger(__name__)


class AuditWriter:
    """
    Takes entries from operations and writes them within a second.

    A full buffer makes operations wait for the database. What a killed process had not written
    yet is lost: reads of its last part of a second, never a change.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[dict[str, Any]] = []
        self._filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def put(self, entries: Sequence[dict[str, Any]]) -> None:
        """Take the entries, as soon as there is room; written at once if nothing runs."""
        if self._task is None:
            await self._write(entries)
            return
        while not self._has_room.is_set():
            await self._has_room.wait()
        self.add(entries)

    def add(self, entries: Sequence[dict[str, Any]]) -> None:
        """Take the entries whether or not there is room."""
        self._waiting.extend(entries)
        self._filled.set()
        if len(self._waiting) >= _MOST_WAITING:
            self._has_room.clear()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside, entries are written as they come; at the end what is left is written."""
        self._is_ending.clear()
        self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._is_ending.set()
            self._filled.set()
            task, self._task = self._task, None
            done, _ = await asyncio.wait({task}, timeout=_DRAIN_SECONDS)
            if not done:
                task.cancel()
                logger.error("audit entries of reads lost", lost=len(self._waiting))

    async def _run(self) -> None:
        while self._waiting or not self._is_ending.is_set():
            await self._filled.wait()
            if len(self._waiting) < _BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._is_ending.wait(), _GATHER_SECONDS)
            batch = self._waiting[:_BATCH]
            try:
                await self._write(batch)
            except Exception as error:
                logger.warning("audit entries not written yet", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            del self._waiting[: len(batch)]
            self._has_room.set()
            if not self._waiting and not self._is_ending.is_set():
                self._filled.clear()

    async def _write(self, entries: Sequence[dict[str, Any]]) -> None:
        if entries:
            async with self._database.engine.begin() as connection:
                await connection.exec_driver_sql(APPEND, (as_json(entries),))
