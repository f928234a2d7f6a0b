"""The reseller tree: who is below whom, and how deep."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.reseller.models import Reseller

#: A tree deeper than this is refused, and is never walked further.
DEEPEST = 8


async def subtree_ids(connection: AsyncConnection | AsyncSession, reseller_id: int) -> list[int]:
    """The reseller's id and those of all resellers below it; empty if there is no such reseller."""
    below = select(Reseller.id).where(Reseller.id == reseller_id).cte("below", recursive=True)
    below = below.union(select(Reseller.id).join(below, Reseller.parent_id == below.c.id))
    rows = await connection.execute(select(below.c.id).order_by(below.c.id))
    return [row.id for row in rows]


async def depth_of(connection: AsyncConnection | AsyncSession, reseller_id: int) -> int:
    """How many resellers there are from the root of its tree to this one; 0 if there is none."""
    own = select(Reseller.id, Reseller.parent_id).where(Reseller.id == reseller_id)
    above = own.cte("above", recursive=True)
    above = above.union(
        select(Reseller.id, Reseller.parent_id).join(above, Reseller.id == above.c.parent_id)
    )
    return int((await connection.execute(select(func.count()).select_from(above))).scalar_one())


async def subtrees(
    connection: AsyncConnection | AsyncSession, reseller_ids: Collection[int]
) -> dict[int, frozenset[int]]:
    """Each reseller with the ids of its subtree, as ``subtree_ids`` has them, in one statement."""
    top = select(Reseller.id.label("top_id"), Reseller.id).where(Reseller.id.in_(reseller_ids))
    below = top.cte("below", recursive=True)
    below = below.union(
        select(below.c.top_id, Reseller.id).join(below, Reseller.parent_id == below.c.id)
    )
    found: dict[int, set[int]] = {}
    for row in await connection.execute(select(below.c.top_id, below.c.id)):
        found.setdefault(row.top_id, set()).add(row.id)
    return {top_id: frozenset(ids) for top_id, ids in found.items()}
