"""Columns that the vault has sealed: which keys they need, and their way to a newer key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import SYSTEM
from domain.kernel.base import Model
from domain.kernel.database import Database
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import KEY_NAME_AT, Unopenable, Vault

_BATCH = 200


@dataclass(frozen=True)
class SealedColumn:
    """
    The column ``sealed`` of a table with an ``id``.

    ``place`` makes the octets' place of the columns that they are bound to.
    """

    model: type[Model]
    bound_to: tuple[str, ...]
    place: Callable[..., str]

    @property
    def name(self) -> str:
        """The table: ``radius.credentials``."""
        return self._table.fullname

    @property
    def _table(self) -> Table:
        return cast("Table", self.model.__table__)

    @property
    def _key(self) -> ColumnElement[str]:
        return func.encode(func.substr(self._table.c.sealed, *KEY_NAME_AT), "hex")

    async def rows_by_key(self, connection: AsyncConnection) -> dict[str, int]:
        """Name of a key → how many rows need it to be opened."""
        keys = select(self._key.label("key")).where(self._table.c.sealed.is_not(None)).subquery()
        statement = select(keys.c.key, func.count()).group_by(keys.c.key)
        return {row[0]: row[1] for row in await connection.execute(statement)}

    async def reseal(self, database: Database, vault: Vault) -> "Resealed":
        """
        Seal every row under the vault's newest key, a few hundred in each transaction.

        Others may read and write meanwhile. Whatever ends it, what was done is done: the next
        call goes on with the rest. Rows that no key opens are counted and left as they are.
        """
        done, unopenable, after = 0, 0, 0
        while True:
            async with database.unit_of_work(SYSTEM) as session:
                rows = await self._next(session, vault, after)
                for row in rows:
                    if await self._resealed(session, vault, row):
                        done += 1
                    else:
                        unopenable += 1
            if len(rows) < _BATCH:
                return Resealed(done, unopenable)
            after = rows[-1].id

    async def _next(self, session: UnitOfWork, vault: Vault, after: int) -> Sequence[Any]:
        columns = self._table.c
        statement = (
            select(columns.id, columns.sealed, *(columns[name] for name in self.bound_to))
            .where(columns.id > after, self._key != vault.newest_key)
            .order_by(columns.id)
            .limit(_BATCH)
            .with_for_update()
        )
        return (await session.execute(statement)).all()

    async def _resealed(self, session: UnitOfWork, vault: Vault, row: Any) -> bool:
        key, sealed, *bound_to = row
        place = self.place(*bound_to)
        try:
            plain = vault.open(sealed, place=place)
        except Unopenable:
            return False
        # Neither version nor dates: nobody's secret has changed.
        await session.execute(
            update(self._table)
            .where(self._table.c.id == key)
            .values(sealed=vault.seal(plain, place=place))
        )
        return True


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many rows are under the newest key now that were not, and how many no key opens."""

    done: int
    unopenable: int
