"""Who a connection speaks for, when the database that knows may be away."""

from collections.abc import Awaitable

import structlog

from domain.kernel.access import Actor
from domain.kernel.database import is_contention
from domain.kernel.errors import DomainError
from graph import errors
from graph.documents import Refused

logger = structlog.get_logger(__name__)


async def known(asked: Awaitable[Actor]) -> Actor:
    """
    The actor that is asked for.

    Raises:
        InvalidToken: the authorization is not, or no longer, good.
        Refused: the database does not answer; it may in a moment.
    """
    try:
        return await asked
    except DomainError:
        raise
    except Exception as error:
        if not errors.is_outage(error) and not is_contention(error):
            raise
        logger.warning("database does not answer", error=type(error).__name__)
        raise Refused(errors.unavailable()) from None
