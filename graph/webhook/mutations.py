"""Mutations of webhook endpoints."""

from typing import Any

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.webhook import attempts, switching
from graph.context import Info
from graph.payloads import Payload, perform
from graph.shown_once import ShownOnce
from graph.webhook.inputs import (
    CreateWebhookEndpointInput,
    DeleteWebhookEndpointInput,
    PauseWebhookEndpointInput,
    ResumeWebhookEndpointInput,
    RetryWebhookDeliveriesInput,
    RotateWebhookSecretInput,
    TestWebhookEndpointInput,
    UpdateWebhookEndpointInput,
)
from graph.webhook.types import WebhookAttempt, WebhookEndpoint
from resolvers.webhook import endpoints


@strawberry.type
class EndpointPayload(Payload):
    """What the payloads of changes have."""

    endpoint: WebhookEndpoint | None = strawberry.field(
        default=None, description="Endpoint as it is now"
    )


@strawberry.type
class SecretPayload(EndpointPayload):
    """What the payloads have that hand a secret out."""

    secret: str | None = strawberry.field(
        default=None,
        description="Secret to verify signatures with (`whsec_…`), shown here and never again; "
        "null when an idempotency key repeats the answer",
    )


@strawberry.type(description="What became of `createWebhookEndpoint`")
class CreateWebhookEndpointPayload(SecretPayload):
    pass


@strawberry.type(description="What became of `updateWebhookEndpoint`")
class UpdateWebhookEndpointPayload(EndpointPayload):
    pass


@strawberry.type(description="What became of `pauseWebhookEndpoint`")
class PauseWebhookEndpointPayload(EndpointPayload):
    pass


@strawberry.type(description="What became of `resumeWebhookEndpoint`")
class ResumeWebhookEndpointPayload(EndpointPayload):
    pass


@strawberry.type(description="What became of `rotateWebhookSecret`")
class RotateWebhookSecretPayload(SecretPayload):
    pass


@strawberry.type(description="What became of `deleteWebhookEndpoint`")
class DeleteWebhookEndpointPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id that the endpoint had"
    )


@strawberry.type(description="What became of `testWebhookEndpoint`")
class TestWebhookEndpointPayload(Payload):
    attempt: WebhookAttempt | None = strawberry.field(
        default=None, description="The request and its outcome"
    )


@strawberry.type(description="What became of `retryWebhookDeliveries`")
class RetryWebhookDeliveriesPayload(EndpointPayload):
    retried: int | None = strawberry.field(
        default=None, description="How many dead deliveries are tried again"
    )


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(description="Have events sent to a URL from now on")
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> CreateWebhookEndpointPayload | None:
        secret = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            created, shown = await info.services.webhooks.service.create_endpoint(
                session, input.to_domain()
            )
            secret.keep(shown)
            return created.id

        return await perform(
            info,
            input,
            CreateWebhookEndpointPayload,
            work,
            endpoint=endpoints.by_id,
            secret=secret,
        )

    @strawberry.mutation(description="Change where events are sent, which, or how")
    async def update_webhook_endpoint(
        self, info: Info, input: UpdateWebhookEndpointInput
    ) -> UpdateWebhookEndpointPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await info.services.webhooks.service.update_endpoint(
                session, input.key, input.changes(), expected_version=input.expected_version
            )
            return changed.id

        return await perform(
            info, input, UpdateWebhookEndpointPayload, work, endpoint=endpoints.by_id
        )

    @strawberry.mutation(description="Stop sending for now; events to come wait")
    async def pause_webhook_endpoint(
        self, info: Info, input: PauseWebhookEndpointInput
    ) -> PauseWebhookEndpointPayload | None:
        async def work(session: UnitOfWork) -> int:
            paused = await switching.pause_endpoint(
                session, input.key, expected_version=input.expected_version
            )
            return paused.id

        return await perform(
            info, input, PauseWebhookEndpointPayload, work, endpoint=endpoints.by_id
        )

    @strawberry.mutation(description="Send again, first what has waited; also once disabled")
    async def resume_webhook_endpoint(
        self, info: Info, input: ResumeWebhookEndpointInput
    ) -> ResumeWebhookEndpointPayload | None:
        async def work(session: UnitOfWork) -> int:
            resumed = await switching.resume_endpoint(
                session, input.key, expected_version=input.expected_version
            )
            return resumed.id

        return await perform(
            info, input, ResumeWebhookEndpointPayload, work, endpoint=endpoints.by_id
        )

    @strawberry.mutation(description="A new secret; requests carry both signatures for 24 hours")
    async def rotate_webhook_secret(
        self, info: Info, input: RotateWebhookSecretInput
    ) -> RotateWebhookSecretPayload | None:
        secret = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            rotated, shown = await info.services.webhooks.service.rotate_secret(
                session, input.key, expected_version=input.expected_version
            )
            secret.keep(shown)
            return rotated.id

        return await perform(
            info,
            input,
            RotateWebhookSecretPayload,
            work,
            endpoint=endpoints.by_id,
            secret=secret,
        )

    @strawberry.mutation(description="Remove an endpoint and all that waits for it")
    async def delete_webhook_endpoint(
        self, info: Info, input: DeleteWebhookEndpointInput
    ) -> DeleteWebhookEndpointPayload | None:
        async def work(session: UnitOfWork) -> str:
            await info.services.webhooks.service.delete_endpoint(
                session, input.key, expected_version=input.expected_version
            )
            return input.endpoint_id

        async def deleted(_info: Info, key: str) -> str:
            return key

        return await perform(info, input, DeleteWebhookEndpointPayload, work, deleted_id=deleted)

    @strawberry.mutation(description="Send a `webhook.test` now; at most six a minute")
    async def test_webhook_endpoint(
        self, info: Info, input: TestWebhookEndpointInput
    ) -> TestWebhookEndpointPayload | None:
        async def work(session: UnitOfWork) -> int:
            return await attempts.begin_test(session, input.key)

        async def sent(info: Info, attempt_id: int) -> Any:
            await info.services.webhooks.test(attempt_id)
            return await endpoints.attempt_by_id(info, attempt_id)

        return await perform(info, input, TestWebhookEndpointPayload, work, attempt=sent)

    @strawberry.mutation(
        description="Try the oldest 100 deliveries again that were given up, under the same ids"
    )
    async def retry_webhook_deliveries(
        self, info: Info, input: RetryWebhookDeliveriesInput
    ) -> RetryWebhookDeliveriesPayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            return [input.key, await switching.retry_deliveries(session, input.key)]

        async def endpoint(info: Info, key: list[int]) -> Any:
            return await endpoints.by_id(info, key[0])

        async def retried(_info: Info, key: list[int]) -> int:
            return key[1]

        return await perform(
            info, input, RetryWebhookDeliveriesPayload, work, endpoint=endpoint, retried=retried
        )
