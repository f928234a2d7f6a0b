"""Mutations of dunning: policies, who follows which, and what holds it off."""

import strawberry

from domain.billing.accounts import AccountService
from domain.billing.dunning_cases import DunningService
from domain.billing.dunning_pauses import DunningPauseService
from domain.billing.dunning_policies import DunningPolicyService
from domain.kernel.unit_of_work import UnitOfWork
from graph.billing import problems  # noqa: F401 (failures that payloads show)
from graph.billing.dunning_inputs import (
    AssignDunningPolicyInput,
    CreateDunningPolicyInput,
    EndDunningPauseInput,
    ExemptFromDunningInput,
    PromiseToPayInput,
    ReviewDunningInput,
    UpdateDunningPolicyInput,
)
from graph.billing.dunning_types import DunningPause, DunningPolicy
from graph.billing.types import BillingAccount
from graph.context import Info
from graph.payloads import Payload, perform
from resolvers.billing import accounts, dunning


@strawberry.type(description="What became of a change to a dunning policy")
class DunningPolicyPayload(Payload):
    dunning_policy: DunningPolicy | None = strawberry.field(
        default=None, description="The policy now"
    )


@strawberry.type(description="What became of a change to how an account is dunned")
class DunningAccountPayload(Payload):
    billing_account: BillingAccount | None = strawberry.field(
        default=None, description="The account now, with its `dunningCase`"
    )


@strawberry.type(description="What became of a pause of dunning")
class DunningPausePayload(Payload):
    dunning_pause: DunningPause | None = strawberry.field(default=None, description="The pause now")


@strawberry.type
class DunningMutations:
    @strawberry.mutation(description="Make a dunning policy")
    async def create_dunning_policy(
        self, info: Info, input: CreateDunningPolicyInput
    ) -> DunningPolicyPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await DunningPolicyService().create_policy(session, input.to_domain())).id

        return await perform(
            info, input, DunningPolicyPayload, work, dunning_policy=dunning.policy_by_id
        )

    @strawberry.mutation(description="Change a dunning policy; open cases go on by it")
    async def update_dunning_policy(
        self, info: Info, input: UpdateDunningPolicyInput
    ) -> DunningPolicyPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await DunningPolicyService().update_policy(
                session, input.key, input.changes(), expected_version=input.expected_version
            )
            return changed.id

        return await perform(
            info, input, DunningPolicyPayload, work, dunning_policy=dunning.policy_by_id
        )

    @strawberry.mutation(description="Have an account dunned by a policy of its own")
    async def assign_dunning_policy(
        self, info: Info, input: AssignDunningPolicyInput
    ) -> DunningAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AccountService().assign_dunning_policy(
                session, input.customer_id, input.key, expected_version=input.expected_version
            )
            return changed.id

        return await perform(
            info, input, DunningAccountPayload, work, billing_account=accounts.by_id
        )

    @strawberry.mutation(description="Do what the dunning policy says about an account today")
    async def review_dunning(
        self, info: Info, input: ReviewDunningInput
    ) -> DunningAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await DunningService().review(session, input.customer_id)).id

        return await perform(
            info, input, DunningAccountPayload, work, billing_account=accounts.by_id
        )

    @strawberry.mutation(
        description="Note a promise to pay: dunning waits for it, and service comes back"
    )
    async def promise_to_pay(
        self, info: Info, input: PromiseToPayInput
    ) -> DunningPausePayload | None:
        async def work(session: UnitOfWork) -> int:
            pause = await DunningPauseService().promise(
                session, input.customer_id, until_on=input.until_on, note=input.note
            )
            await DunningService().review(session, input.customer_id)
            return pause.id

        return await perform(
            info, input, DunningPausePayload, work, dunning_pause=dunning.pause_by_id
        )

    @strawberry.mutation(description="Exempt an account from dunning")
    async def exempt_from_dunning(
        self, info: Info, input: ExemptFromDunningInput
    ) -> DunningPausePayload | None:
        async def work(session: UnitOfWork) -> int:
            pause = await DunningPauseService().exempt(
                session, input.customer_id, until_on=input.until_on, note=input.note
            )
            await DunningService().review(session, input.customer_id)
            return pause.id

        return await perform(
            info, input, DunningPausePayload, work, dunning_pause=dunning.pause_by_id
        )

    @strawberry.mutation(description="End a pause of dunning before its time")
    async def end_dunning_pause(
        self, info: Info, input: EndDunningPauseInput
    ) -> DunningPausePayload | None:
        async def work(session: UnitOfWork) -> int:
            pause = await DunningPauseService().withdraw(session, input.key)
            await DunningService().review(session, pause.customer_id)
            return pause.id

        return await perform(
            info, input, DunningPausePayload, work, dunning_pause=dunning.pause_by_id
        )
