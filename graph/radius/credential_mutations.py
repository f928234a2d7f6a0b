"""Mutations of service credentials: the secret is in one answer and nowhere else."""

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.radius.credentials import CredentialService
from graph.context import Info
from graph.payloads import Payload, perform
from graph.radius.credential_inputs import (
    CreateServiceCredentialInput,
    EndServiceCredentialInput,
    RotateServiceCredentialInput,
)
from graph.radius.credential_types import ServiceCredential
from graph.shown_once import ShownOnce
from resolvers.radius import credentials


@strawberry.type
class CredentialPayload(Payload):
    """What the payloads of changes have."""

    credential: ServiceCredential | None = strawberry.field(
        default=None, description="Credential as it is now; null if you may not read it"
    )


@strawberry.type
class CredentialSecretPayload(CredentialPayload):
    """What the payloads have that hand a secret out."""

    password: str | None = strawberry.field(
        default=None,
        description="Secret made for it, shown here and never again; null when you gave it "
        "yourself, or when an idempotency key repeats the answer",
    )


@strawberry.type(description="What became of `createServiceCredential`")
class CreateServiceCredentialPayload(CredentialSecretPayload):
    pass


@strawberry.type(description="What became of `rotateServiceCredential`")
class RotateServiceCredentialPayload(CredentialSecretPayload):
    pass


@strawberry.type(description="What became of `endServiceCredential`")
class EndServiceCredentialPayload(CredentialPayload):
    pass


@strawberry.type
class CredentialMutations:
    @strawberry.mutation(description="Give a customer's line a name and secret to come online with")
    async def create_service_credential(
        self, info: Info, input: CreateServiceCredentialInput
    ) -> CreateServiceCredentialPayload | None:
        password = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            created, shown = await _service(info).create_credential(session, input.to_domain())
            if input.password is None:
                password.keep(shown)
            return created.id

        return await perform(
            info,
            input,
            CreateServiceCredentialPayload,
            work,
            credential=credentials.by_id,
            password=password,
        )

    @strawberry.mutation(description="Another secret; the one before lets nobody in from now on")
    async def rotate_service_credential(
        self, info: Info, input: RotateServiceCredentialInput
    ) -> RotateServiceCredentialPayload | None:
        password = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            rotated, shown = await _service(info).rotate_credential(
                session,
                input.key,
                password=input.password,
                expected_version=input.expected_version,
            )
            if input.password is None:
                password.keep(shown)
            return rotated.id

        return await perform(
            info,
            input,
            RotateServiceCredentialPayload,
            work,
            credential=credentials.by_id,
            password=password,
        )

    @strawberry.mutation(description="Let nobody in by it any more; its secret is destroyed")
    async def end_service_credential(
        self, info: Info, input: EndServiceCredentialInput
    ) -> EndServiceCredentialPayload | None:
        async def work(session: UnitOfWork) -> int:
            ended = await _service(info).end_credential(
                session, input.key, expected_version=input.expected_version
            )
            return ended.id

        return await perform(
            info, input, EndServiceCredentialPayload, work, credential=credentials.by_id
        )


def _service(info: Info) -> CredentialService:
    return CredentialService(info.services.vault)
