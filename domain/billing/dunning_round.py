"""The daily round of dunning: everybody who owes something overdue, one transaction each."""

import structlog

from domain.billing.dunning_cases import DunningService, customers_to_review
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.errors import DomainError

_CHUNK = 500

logger = structlog.get_logger(__name__)


async def review_all(database: Database) -> int:
    """
    Review every customer who is overdue or dunned; how many there were.

    Each is a transaction of its own: what fails for one is logged, and does not hold up the
    others. Two rounds at once do nothing twice.
    """
    reviewed = last = 0
    while chunk := await _next(database, after=last):
        for customer_id in chunk:
            await _review(database, customer_id)
        reviewed, last = reviewed + len(chunk), chunk[-1]
    return reviewed


async def _next(database: Database, *, after: int) -> list[int]:
    async with database.unit_of_work(SYSTEM) as session:
        return await customers_to_review(session, after=after, limit=_CHUNK)


async def _review(database: Database, customer_id: int) -> None:
    try:
        async with database.unit_of_work(SYSTEM) as session:
            await DunningService().review(session, customer_id)
    except DomainError as failure:
        logger.warning("dunning passed by", customer_id=customer_id, code=failure.code)
