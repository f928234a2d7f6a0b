"""Mutations of consumers and dead letters."""

import strawberry

from domain.kernel.consumers import ConsumerService
from domain.kernel.dead_letters import DeadLetterService
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from graph.context import Info
from graph.events.deliveries import EventConsumer
from graph.events.letter_ids import letter_keys
from graph.payloads import MutationInput, Payload, perform
from resolvers.events import deliveries


@strawberry.input(description="Dead letters that are to be tried again: by id, or of a consumer")
class RedriveDeadLettersInput(MutationInput):
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Their ids, at most 100; all of them or none are redriven"
    )
    consumer: str | None = strawberry.field(
        default=None, description="Instead of ids: the oldest 100 of this consumer"
    )


@strawberry.input(description="Dead letters that are given up for good")
class DiscardDeadLettersInput(MutationInput):
    ids: list[strawberry.ID] = strawberry.field(
        description="Their ids, at most 100; all of them or none are discarded"
    )
    reason: str = strawberry.field(description="Why, for the log; 1 to 500 characters")


@strawberry.input(description="Which consumer is to handle nothing for now")
class PauseConsumerInput(MutationInput):
    name: str = strawberry.field(description="Name of the consumer")


@strawberry.input(description="Which consumer is to go on")
class ResumeConsumerInput(MutationInput):
    name: str = strawberry.field(description="Name of the consumer")


@strawberry.type(description="What became of `redriveDeadLetters`")
class RedriveDeadLettersPayload(Payload):
    redriven: int | None = strawberry.field(
        default=None, description="How many dead letters are tried again"
    )


@strawberry.type(description="What became of `discardDeadLetters`")
class DiscardDeadLettersPayload(Payload):
    discarded: int | None = strawberry.field(
        default=None, description="How many dead letters were given up"
    )


@strawberry.type(description="What became of `pauseConsumer`")
class PauseConsumerPayload(Payload):
    consumer: EventConsumer | None = strawberry.field(
        default=None, description="Consumer as it is now"
    )


@strawberry.type(description="What became of `resumeConsumer`")
class ResumeConsumerPayload(Payload):
    consumer: EventConsumer | None = strawberry.field(
        default=None, description="Consumer as it is now"
    )


async def _as_it_is(_info: Info, number: int) -> int:
    return number


@strawberry.type
class DeliveryMutations:
    @strawberry.mutation(
        description="Have dead letters tried again; what waits behind them follows in order"
    )
    async def redrive_dead_letters(
        self, info: Info, input: RedriveDeadLettersInput
    ) -> RedriveDeadLettersPayload | None:
        async def work(session: UnitOfWork) -> int:
            letters = DeadLetterService()
            if (input.ids is None) == (input.consumer is None):
                raise Invalid("ids", "or consumer must be given, and not both")
            if input.consumer is not None:
                return await letters.redrive_all(session, input.consumer)
            return await letters.redrive(session, letter_keys(input.ids or []))

        return await perform(info, input, RedriveDeadLettersPayload, work, redriven=_as_it_is)

    @strawberry.mutation(
        description="Give dead letters up for good; what waits behind them follows in order"
    )
    async def discard_dead_letters(
        self, info: Info, input: DiscardDeadLettersInput
    ) -> DiscardDeadLettersPayload | None:
        async def work(session: UnitOfWork) -> int:
            keys = letter_keys(input.ids)
            return await DeadLetterService().discard(session, keys, reason=input.reason)

        return await perform(info, input, DiscardDeadLettersPayload, work, discarded=_as_it_is)

    @strawberry.mutation(
        description="Let a consumer, but no webhook endpoint's, handle nothing until it is resumed"
    )
    async def pause_consumer(
        self, info: Info, input: PauseConsumerInput
    ) -> PauseConsumerPayload | None:
        async def work(session: UnitOfWork) -> str:
            await ConsumerService().pause(session, input.name)
            return input.name

        return await perform(
            info, input, PauseConsumerPayload, work, consumer=deliveries.consumer_by_name
        )

    @strawberry.mutation(
        description="Let a paused consumer, but no webhook endpoint's, go on from where it stopped"
    )
    async def resume_consumer(
        self, info: Info, input: ResumeConsumerInput
    ) -> ResumeConsumerPayload | None:
        async def work(session: UnitOfWork) -> str:
            await ConsumerService().resume(session, input.name)
            return input.name

        return await perform(
            info, input, ResumeConsumerPayload, work, consumer=deliveries.consumer_by_name
        )
