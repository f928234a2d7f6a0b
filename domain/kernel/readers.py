"""Connections for reads, kept open from one batch to the next, and what a tenant's read needs."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_WAIT_SECONDS = 5.0


class Readers:
    """
    Lends up to ``most`` AUTOCOMMIT connections at once, and keeps those given back.

    To check one out of the engine's pool and in again costs more than most reads do. Only one
    whose statements all went well, and that is in no transaction, is ever lent again.
    """

    def __init__(self, engine: AsyncEngine, *, most: int) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._places = asyncio.Semaphore(most)
        self._kept: list[AsyncConnection] = []

    def lend(self, begin: str | None = None) -> Loan:
        """A connection for one batch; ``begin`` is a statement that opens a transaction."""
        return Loan(self, begin)

    async def take(self) -> AsyncConnection:
        """
        A connection, in no transaction.

        Raises:
            sqlalchemy.exc.TimeoutError: none became free in time.
        """
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            return await self._taken()
        except BaseException:
            self._places.release()
            raise

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise NoneFree("no connection for reads became free in time") from None

    async def _taken(self) -> AsyncConnection:
        while self._kept:
            connection = self._kept.pop()
            if not driver_of(connection).is_closed():
                return connection
            await connection.invalidate()
            await connection.close()
        return await self._engine.connect()

    async def give_back(self, connection: AsyncConnection) -> None:
        """Keep it for the next to come."""
        try:
            if connection.in_transaction():
                # What SQLAlchemy holds for one: on AUTOCOMMIT the database knows of none.
                await connection.rollback()
            self._kept.append(connection)
        finally:
            self._places.release()

    async def leave(self, connection: AsyncConnection) -> None:
        """Leave it to the pool."""
        try:
            await connection.close()
        finally:
            self._places.release()

    async def close(self) -> None:
        """Leave all that are kept to the pool."""
        while self._kept:
            await self._kept.pop().close()


class Loan:
    """A connection while it is lent; a context manager."""

    __slots__ = ("_begin", "_connection", "_readers")

    def __init__(self, readers: Readers, begin: str | None) -> None:
        self._readers = readers
        self._begin = begin

    async def __aenter__(self) -> AsyncConnection:
        self._connection = await self._readers.take()
        if self._begin is not None:
            try:
                await _begin(self._connection, self._begin)
            except BaseException:
                await self._abandon(is_whole=False)
                raise
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            # A task that is cancelled may leave a statement half done.
            await self._abandon(is_whole=isinstance(error, Exception))
            return
        try:
            await self._commit()
        except BaseException:
            await self._abandon(is_whole=False)
            raise
        await self._readers.give_back(self._connection)

    async def _commit(self) -> None:
        if self._begin is not None:
            await driver_of(self._connection).execute("commit")

    async def _abandon(self, *, is_whole: bool) -> None:
        """Leave it to the pool, or throw it away if nobody knows what state it is in."""
        # In a task of its own: whoever is cancelled gives back no connection half released.
        await asyncio.shield(asyncio.create_task(self._left(is_whole)))

    async def _left(self, is_whole: bool) -> None:
        try:
            if is_whole:
                await self._commit()
        except Exception:
            is_whole = False
        try:
            if not is_whole:
                await self._connection.invalidate()
        finally:
            await self._readers.leave(self._connection)


def is_reader(connection: AsyncConnection) -> bool:
    """Whether it is one that is lent here; elsewhere SQLAlchemy has a transaction to begin."""
    options = _sync(connection).get_execution_options()
    return bool(options.get("isolation_level") == "AUTOCOMMIT")


def _sync(connection: AsyncConnection) -> Any:
    return connection.sync_connection


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection."""
    return _sync(connection).connection.driver_connection


async def _begin(connection: AsyncConnection, statement: str) -> None:
    # The driver's own connection: SQLAlchemy would take two more round trips to begin.
    driver = driver_of(connection)
    try:
        await driver.execute(statement)
    except Exception:
        if driver.is_closed():
            await report_lost(connection)
        raise


async def report_lost(connection: AsyncConnection) -> None:
    """Have SQLAlchemy find out: it raises an exception of its own and renews the pool."""
    await connection.exec_driver_sql("select 1")
