"""A select as the driver takes it: text, arguments, and what turns its rows into values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Enum, Float, Numeric, Select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from domain.kernel.readers import driver_of, report_lost

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


class CompiledSelect:
    """
    A select's text, sent to the driver itself: SQLAlchemy's way there costs more than most reads.

    ``values`` are the first that are sent. Every other value is the select's own and stays.
    """

    __slots__ = ("_arguments", "_converts", "text")

    def __init__(self, statement: Select[Any], dialect: Dialect, values: Values) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        state = compiled.construct_expanded_state(values)
        self.text: str = state.statement
        self._arguments: list[tuple[str | None, Any]] = []
        for name in state.positiontup or ():
            convert = state.processors.get(name)
            if name in compiled.binds:
                convert = _bind_processor(compiled.binds[name].type, dialect)
            value = state.parameters[name]
            fixed = value if convert is None else convert(value)
            self._arguments.append((name, convert) if name in values else (None, fixed))
        processors = [_processor(column.type, dialect) for column in statement.selected_columns]
        self._converts = [(at, each) for at, each in enumerate(processors) if each is not None]

    async def rows(self, connection: AsyncConnection, values: Values) -> Sequence[Sequence[Any]]:
        """
        What it finds now, on a connection where every statement is committed or read by itself.

        Raises:
            DBAPIError: as SQLAlchemy would.
        """
        arguments = tuple(
            fixed_or_convert
            if name is None
            else values[name]
            if fixed_or_convert is None
            else fixed_or_convert(values[name])
            for name, fixed_or_convert in self._arguments
        )
        found: Sequence[Sequence[Any]] = await _fetched(connection, self.text, arguments)
        converts = self._converts
        if not converts:
            return found
        rows = [[*row] for row in found]
        for at, convert in converts:
            for row in rows:
                row[at] = convert(row[at])
        return rows


def _bind_processor(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if (
        isinstance(kind, ARRAY)
        and kind.item_type.dialect_impl(dialect).bind_processor(dialect) is None
    ):
        # SQLAlchemy looks at each item, for arrays in arrays.
        return list
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, (Numeric, Float)):
        # SQLAlchemy asks for the wire's type, to make it Decimal or float: it is that already.
        return None
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    if convert is not None and isinstance(kind, Enum):
        # SQLAlchemy looks a member up in three calls.
        members: dict[str | None, Any] = {text: convert(text) for text in (None, *kind.enums)}
        return members.__getitem__
    return convert


async def _fetched(connection: AsyncConnection, text: str, arguments: tuple[Any, ...]) -> Any:
    sync: Any = connection.sync_connection
    listeners = sync.dispatch.before_cursor_execute
    for tell in listeners or ():
        tell(sync, None, text, arguments, None, False)
    driver = driver_of(connection)
    try:
        return await driver.fetch(text, *arguments)
    except Exception as error:
        if driver.is_closed():
            await report_lost(connection)
        raise DBAPIError(text, None, error, hide_parameters=True) from error
