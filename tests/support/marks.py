"""Texts that can be found again, wherever in a database they went."""

from itertools import count
from typing import Any

import orjson
from graphql import GraphQLInputObjectType, GraphQLList, get_named_type, get_nullable_type
from sqlalchemy import select, text

from domain.kernel.database import Database
from domain.kernel.events import EventRow
from graph.schema import build_schema

#: Texts that say nothing of a person: they are the client's own, or of a fixed few.
_NOBODYS = frozenset({"idempotencyKey", "clientMutationId", "language", "timeZone"})

_TABLES = text(
    """
    select oid::regclass::text from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace > 16383 order by 1
    """
)


class Marks:
    """Makes texts that occur nowhere else, and remembers them."""

    def __init__(self) -> None:
        self.made: list[str] = []
        # All of one length: none is the beginning of another.
        self._numbers = count(100)

    def filled(self, input_type: str, **given: Any) -> dict[str, Any]:
        """An input with a mark in every text field that is not given."""
        kind = build_schema()._schema.type_map[input_type]
        assert isinstance(kind, GraphQLInputObjectType)
        marked = {
            name: value
            for name, field in kind.fields.items()
            if name not in given and name not in _NOBODYS
            if (value := self._value(field.type)) is not None
        }
        return {**marked, **given}

    def text(self) -> str:
        return self._kept(f"quokka{next(self._numbers)}")

    def _value(self, kind: Any) -> Any:
        if isinstance(get_nullable_type(kind), GraphQLList):
            inner = self._value(get_nullable_type(kind).of_type)
            return None if inner is None else [inner]
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType):
            return None
        number = next(self._numbers)
        match named.name:
            case "String":
                return self._kept(f"quokka{number}")
            case "EmailAddress":
                return self._kept(f"quokka{number}@example.com")
            case "PhoneNumber":
                return self._kept(f"+351912345{number}")
            case "IPAddress":
                return self._kept(f"198.51.100.{number}")
            case "JSON":
                return {"pet": self._kept(f"quokka{number}")}
        return None

    def _kept(self, mark: str) -> str:
        self.made.append(mark)
        return mark


async def places(database: Database, marks: list[str]) -> dict[str, set[str]]:
    """``table.column`` → the marks that are found there, in any case, in any table there is."""
    found: dict[str, set[str]] = {}
    async with database.engine.connect() as connection:
        for table in (await connection.scalars(_TABLES)).all():
            rows = await connection.scalars(text(f"select to_jsonb(t) from {table} t"))
            for column, value in ((name, each) for row in rows for name, each in row.items()):
                told = orjson.dumps(value).decode().lower()
                hits = {mark for mark in marks if mark.lower() in told}
                if hits:
                    found.setdefault(f"{table}.{column}", set()).update(hits)
    return found


async def told(database: Database, event_type: str) -> list[dict[str, Any]]:
    """The rows of the event log of that type, in order."""
    of_type = select(EventRow.__table__).where(EventRow.type == event_type).order_by(EventRow.id)
    async with database.reading() as connection:
        return [dict(row) for row in (await connection.execute(of_type)).mappings()]
