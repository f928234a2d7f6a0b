"""One SQL dialect for all engines of a test run: each statement is compiled once, not per test."""

from typing import Any, ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util import LRUCache

_MOST_STATEMENTS = 10_000


def share_compiled_statements() -> None:
    """From now on engines on asyncpg have one cache of compiled statements between them."""
    registry.register("postgresql.asyncpg", __name__, SharedDialect.__name__)


class SharedDialect(PGDialect_asyncpg):
    """
    SQLAlchemy's own dialect, once per process and arguments.

    Compiled statements are kept by the dialect that they were compiled for. All engines are of
    one server, so what a dialect asks of its first connection holds for all.
    """

    supports_statement_cache = True
    _made: ClassVar[dict[object, "SharedDialect"]] = {}
    _compiled: ClassVar[LRUCache[Any, Any]] = LRUCache(_MOST_STATEMENTS)

    def __new__(cls, **arguments: Any) -> "SharedDialect":
        given = {name: value for name, value in arguments.items() if name != "dbapi"}
        # A lambda is the same function again if it has the same code.
        key = tuple((name, getattr(given[name], "__code__", given[name])) for name in sorted(given))
        if key not in cls._made:
            cls._made[key] = super().__new__(cls)
        return cls._made[key]

    def __init__(self, **arguments: Any) -> None:
        if "dbapi" not in self.__dict__:
            super().__init__(**arguments)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        super().engine_created(engine)
        engine.update_execution_options(compiled_cache=cls._compiled)

    def initialize(self, connection: Connection) -> None:
        if not hasattr(self, "default_isolation_level"):
            super().initialize(connection)
