"""Selects that are written once for each kind of reader, and are no work from then on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Integer, Select, Text, any_, bindparam, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor, Permission, Role
from domain.kernel.compiled import CompiledSelect, Values
from domain.kernel.readers import is_reader

#: Selects kept of one builder: filters with values of their own come and go.
_KEPT = 256
_FORMS = 2_048

Args = TypeVarTuple("Args")
Rows = Sequence[Sequence[Any]]


class Kept:
    """A select and, once it has come twice, what the driver needs of it."""

    __slots__ = ("_compiled", "_has_come", "statement")

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._compiled: CompiledSelect | None = None
        self._has_come = False

    async def rows(self, connection: AsyncConnection, values: Values) -> Rows:
        """What it finds with the values."""
        if self._compiled is None and self._has_come:
            self._compiled = CompiledSelect(self.statement, connection.dialect, values)
        self._has_come = True
        if self._compiled is None or not is_reader(connection):
            return [*await connection.execute(self.statement, values)]
        return await self._compiled.rows(connection, values)


class Read(NamedTuple):
    """A select that is kept, and those of its values that are the reader's own."""

    kept: Kept
    own: dict[str, Any]


def remembered(
    build: Callable[[Actor, *Args], Select[Any]],
) -> Callable[[Actor, *Args], Read]:
    """
    Call ``build`` once for each kind of reader (role and permissions) and its other arguments.

    It gets an actor of that kind who owns nothing: what is the reader's own has to be
    ``own_customer`` or ``own_resellers``, and by anything else no row is anybody's.
    """

    @lru_cache(_KEPT)
    def kept(actor: Actor, *args: Any) -> Kept:
        return Kept(build(actor, *args))

    def read(actor: Actor, *args: *Args) -> Read:
        own = {"own_customer": actor.customer_id, "own_resellers": actor.reseller_ids}
        return Read(kept(kind_of(actor), *args), own)

    return read


def form(
    statement: Select[Any] | Read, build: Callable[..., Select[Any]], *shape: Hashable
) -> Select[Any] | Read:
    """What ``build`` makes of the select and the shape: of one that is kept, once for each."""
    if isinstance(statement, Read):
        return Read(_form(build, statement.kept, *shape), statement.own)
    return build(statement, *shape)


async def rows_of(
    connection: AsyncConnection, statement: Select[Any] | Read, **values: Any
) -> Rows:
    """The statement's rows, in the order of its columns."""
    if isinstance(statement, Read):
        return await statement.kept.rows(connection, {**statement.own, **values})
    return [*await connection.execute(statement, values)]


def own_customer(actor: Actor) -> ColumnElement[int]:
    """The actor's customer, which a remembered select is told at each use."""
    return bindparam("own_customer", actor.customer_id, Integer)


def own_resellers(actor: Actor) -> ColumnElement[Any]:
    """Any of the actor's resellers, which a remembered select is told at each use."""
    return any_(own_reseller_ids(actor))


def own_reseller_ids(actor: Actor) -> ColumnElement[Any]:
    """The array of the actor's resellers, told as ``own_resellers`` is."""
    return bindparam("own_resellers", actor.reseller_ids, ARRAY(Integer))


def one_of(column: Any, name: str = "keys") -> ColumnElement[bool]:
    """Whether the column is one of the values of that name; the text is the same for any number."""
    # A varchar's own type would cut longer keys short, and so find what they are not.
    kind = column.type if isinstance(column.type, Integer) else Text()
    return column == any_(cast(unplanned(name, kind), ARRAY(kind)))  # type: ignore[no-any-return]


def unplanned(name: str, kind: Any) -> ColumnElement[Any]:
    """
    The array of values of that name, as PostgreSQL's planner does not see it.

    What it sees it plans for, at each execution anew: that takes longer than most reads do.
    """
    return select(bindparam(name, type_=ARRAY(kind))).scalar_subquery()


def kind_of(actor: Actor) -> Actor:
    """An actor with the same role and permissions who owns nothing: one for all of the kind."""
    return _kind(actor.role, actor.permissions)


@lru_cache(256)
def _kind(role: Role, permissions: frozenset[Permission]) -> Actor:
    return Actor(role, "", permissions)


@lru_cache(_FORMS)
def _form(build: Callable[..., Select[Any]], kept: Kept, *shape: Hashable) -> Kept:
    return Kept(build(kept.statement, *shape))
