"""The one door to PostgreSQL: read connections, units of work, and constraint names of failures."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from domain.kernel.access import Actor
from domain.kernel.audit_changes import AuditedSession
from domain.kernel.driver_types import take_as_text
from domain.kernel.readers import Readers
from domain.kernel.row_scope import begin_reading, confine
from domain.kernel.unit_of_work import ANNOUNCED, UnitOfWork

_SERVER_SETTINGS = {
    "application_name": "isp-graph",
    "timezone": "UTC",
    # Short statements with wide estimates: compiling one costs more than running it.
    "jit": "off",
    "statement_timeout": "5000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "15000",
}


#: Key in ``session.info``: where the session is from.
_DATABASE = "database"
_POOL_SIZE = 10
_CONTENTION = frozenset({"55P03", "40P01", "40001", "57014"})
#: The class of SQLSTATEs that tell of values: data exceptions.
_DATA = "22"


def create_engine(url: str, *, pool_size: int = _POOL_SIZE, **server_settings: str) -> AsyncEngine:
    """
    An engine on asyncpg with bounded statements, UTC sessions and orjson for JSON columns.

    Instants, addresses and JSON go to and fro as text.

    The values of a statement that fails stay out of its exception, and so out of the log.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=2 * pool_size,
        pool_timeout=5,
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"server_settings": {**_SERVER_SETTINGS, **server_settings}},
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.run_async(take_as_text)


class Database:
    """
    A PostgreSQL database.

    Reads run on AUTOCOMMIT connections, one per batch; a write is a unit of work: one
    transaction with one actor. What a tenant reads or writes (a customer, a reseller, or nobody)
    runs as a role that sees its own rows only: row-level security, the second line behind the
    modules' policies. ``on_announced`` is called after a commit that wrote events.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.on_announced: Callable[[], None] = lambda: None
        size = engine.pool.size() if isinstance(engine.pool, QueuePool) else _POOL_SIZE
        self._readers = Readers(engine, most=size)
        # Whoever reads slowly must not hold up tokens, the event stream and the health check.
        self._own_readers = Readers(engine, most=max(1, size // 2))
        self._sessions = async_sessionmaker(engine, class_=UnitOfWork, expire_on_commit=False)

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for reads: each statement sees what is committed by then."""
        return self._own_readers.lend()

    def reading_as(self, actor: Actor) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for the actor's reads; ``reading`` is for what the platform itself does."""
        return self._readers.lend(None if actor.sees_all_rows else begin_reading(actor))

    def session(self, actor: Actor) -> UnitOfWork:
        """A session of the actor's that the caller commits and closes, as the guide's calls do."""
        session = self._sessions(info={"actor": actor, _DATABASE: self})
        if not actor.sees_all_rows:
            confine(session.sync_session, actor)
        return session

    @asynccontextmanager
    async def unit_of_work(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """One transaction of the actor's: committed at the end, rolled back on any exception."""
        async with self.session(actor) as session, session.begin():
            yield session

    async def dispose(self) -> None:
        """Close every connection."""
        await self._readers.close()
        await self._own_readers.close()
        await self.engine.dispose()


@event.listens_for(AuditedSession, "after_commit")
def _tell_announced(session: Session) -> None:
    if session.info.pop(ANNOUNCED, False):
        session.info[_DATABASE].on_announced()


def is_contention(error: BaseException | None) -> bool:
    """
    Whether the database gave up waiting for other transactions, and a repetition may succeed.

    SQLSTATE 55P03 (lock timeout), 40P01 (deadlock), 40001 (serialization), 57014 (statement
    timeout).
    """
    cause: Any = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlstate", None) in _CONTENTION


def is_about_values(error: BaseException) -> bool:
    """Whether the database, or the driver, would not take a value of the statement's."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(cause, ValueError) or str(getattr(cause, "sqlstate", ""))[:2] == _DATA


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a row, if the driver told it."""
    cause: Any = error.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if name:
            return str(name)
        cause = cause.__cause__
    return None
