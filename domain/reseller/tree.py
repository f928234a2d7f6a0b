"""The reseller tree: who is below whom."""

from sqlalchemy import select
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
