"""Rows in bulk: buffered by table, copied to PostgreSQL, with ids that sequences go on from."""

from typing import Any

import orjson
from sqlalchemy import Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.base import Model
from domain.kernel.driver_types import binary

_FULL = 20_000


class Loader:
    """
    Collects rows and copies them, each table's together, in the order the tables were named.

    Name the tables that others refer to first. Constraints and triggers hold as ever; columns
    left out take their default.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._copy: Any = None
        self._tables: dict[type[Model], Table] = {}
        self._columns: dict[type[Model], tuple[str, ...]] = {}
        self._rows: dict[type[Model], list[tuple[Any, ...]]] = {}
        self._last_ids: dict[type[Model], int] = {}
        self._buffered = 0
        self.counts: dict[str, int] = {}

    async def open(self, *models: type[Model]) -> None:
        """Make ready for these tables; ids start behind the last that was ever given."""
        raw = await self._connection.get_raw_connection()
        self._copy = raw.driver_connection
        for model in models:
            table = model.__table__
            assert isinstance(table, Table)
            self._tables[model] = table
            self._rows[model] = []
            self.counts[table.fullname] = 0
            if table.c.get("id") is not None:
                self._last_ids[model] = await self._last_id(table)

    def new_id(self, model: type[Model]) -> int:
        """The next id of the table."""
        self._last_ids[model] += 1
        return self._last_ids[model]

    def add(self, model: type[Model], **columns: Any) -> None:
        """Buffer a row. Every row of a table names the same columns in the same order."""
        named = self._columns.setdefault(model, tuple(columns))
        assert named == tuple(columns), f"{model.__name__} was added with other columns before"
        self._rows[model].append(tuple(columns.values()))
        self._buffered += 1

    @property
    def is_full(self) -> bool:
        """Whether it is time to ``flush``."""
        return self._buffered >= _FULL

    async def flush(self) -> None:
        """Send all that is buffered."""
        for model, rows in self._rows.items():
            if rows:
                await self._send(self._tables[model], self._columns[model], rows)
                rows.clear()
        self._buffered = 0

    async def copy(
        self, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], schema: str | None
    ) -> None:
        """Send rows to any table of this connection's at once."""
        async with binary(self._copy):
            await self._copy.copy_records_to_table(
                table, schema_name=schema, columns=columns, records=rows
            )

    async def close(self) -> None:
        """Set the sequences behind the ids given, and let the planner know the tables."""
        await self.flush()
        for model, last_id in self._last_ids.items():
            if last_id:
                await self._connection.execute(
                    text("select setval(pg_get_serial_sequence(:table, 'id'), :last_id)"),
                    {"table": self._tables[model].fullname, "last_id": last_id},
                )
        for table in self._tables.values():
            await self._connection.execute(text(f"analyze {table.fullname}"))

    async def _last_id(self, table: Table) -> int:
        last_id = await self._connection.scalar(
            text("select pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)"),
            {"table": table.fullname},
        )
        return last_id or 0

    async def _send(
        self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
    ) -> None:
        for index, column in enumerate(columns):
            if isinstance(table.c[column].type, JSONB):
                rows = [(*row[:index], _json_text(row[index]), *row[index + 1 :]) for row in rows]
        await self.copy(table.name, columns, rows, table.schema)
        self.counts[table.fullname] += len(rows)


def json_text(value: Any) -> str:
    """The value as a JSON column's text; text given for a JSON column counts as such already."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _json_text(value: Any) -> str | None:
    return None if value is None else json_text(value)
