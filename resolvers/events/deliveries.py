"""Fields that return consumers and dead letters."""

from domain.kernel import delivery_queries as queries
from domain.kernel.delivery_queries import ConsumerState, DeadLetter, DeadLetterFilter
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info


async def consumer_list(info: Info) -> list[ConsumerState]:
    """Query.eventConsumers: all of them, by name."""
    async with info.context.reading() as connection:
        return await queries.consumer_states(connection, info.actor)


async def consumer_by_name(info: Info, name: str) -> ConsumerState | None:
    """The consumer of that name."""
    async with info.context.reading() as connection:
        found = await queries.consumer_states(connection, info.actor, name)
    return found[0] if found else None


async def dead_letter_list(info: Info, asked: DeadLetterFilter, part: Slice) -> Listing[DeadLetter]:
    """Query.deadLetters: newest first."""
    async with info.context.reading() as connection:
        page = await queries.dead_letter_page(connection, info.actor, asked, part)
    return Listing(page, lambda: dead_letter_count(info, asked))


async def dead_letter_count(info: Info, asked: DeadLetterFilter) -> int:
    """How many dead letters pass the filter."""
    async with info.context.reading() as connection:
        return await queries.dead_letter_count(connection, info.actor, asked)
