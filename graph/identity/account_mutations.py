"""Mutations of accounts, for those who manage them."""

from typing import Any

import strawberry

from domain.identity.accounts import AccountService
from domain.identity.service_accounts import ServiceAccountService
from domain.kernel.unit_of_work import UnitOfWork
from graph.context import Info
from graph.identity.inputs import (
    CreateAccountInput,
    CreateServiceAccountInput,
    RotateServiceAccountSecretInput,
    UpdateAccountInput,
    UpdateServiceAccountInput,
)
from graph.identity.types import Account, ServiceAccount
from graph.payloads import Payload, perform
from graph.shown_once import ShownOnce
from resolvers.identity import accounts


@strawberry.type
class _AccountPayload(Payload):
    """What the payloads of changes have."""

    account: Account | None = strawberry.field(default=None, description="Account as it is now")


@strawberry.type(description="What became of `createAccount`")
class CreateAccountPayload(_AccountPayload):
    pass


@strawberry.type(description="What became of `updateAccount`")
class UpdateAccountPayload(_AccountPayload):
    pass


@strawberry.type
class _ServiceAccountPayload(Payload):
    """What the payloads of changes have."""

    service_account: ServiceAccount | None = strawberry.field(
        default=None, description="Service account as it is now"
    )


@strawberry.type
class _SecretPayload(_ServiceAccountPayload):
    """What the payloads have that hand a secret out."""

    client_secret: str | None = strawberry.field(
        default=None,
        description="Its `client_secret`, shown here and never again; null when an idempotency "
        "key repeats the answer",
    )


@strawberry.type(description="What became of `createServiceAccount`")
class CreateServiceAccountPayload(_SecretPayload):
    pass


@strawberry.type(description="What became of `updateServiceAccount`")
class UpdateServiceAccountPayload(_ServiceAccountPayload):
    pass


@strawberry.type(description="What became of `rotateServiceAccountSecret`")
class RotateServiceAccountSecretPayload(_SecretPayload):
    pass


@strawberry.type
class AccountMutations:
    @strawberry.mutation(description="Let a person of the staff's or a reseller's sign in")
    async def create_account(
        self, info: Info, input: CreateAccountInput
    ) -> CreateAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await AccountService().create_account(session, input.to_domain())).id

        return await perform(info, input, CreateAccountPayload, work, account=accounts.by_id)

    @strawberry.mutation(
        description="Change an account; what it signs in with, and disabling it, ends its sign-ins"
    )
    async def update_account(
        self, info: Info, input: UpdateAccountInput
    ) -> UpdateAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AccountService().update_account(
                session,
                input.account_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        answer = await perform(info, input, UpdateAccountPayload, work, account=accounts.by_id)
        info.services.authenticator.forget(f"account:{input.account_id}")
        return answer

    @strawberry.mutation(description="Let a program get tokens at `POST /oauth/token`")
    async def create_service_account(
        self, info: Info, input: CreateServiceAccountInput
    ) -> CreateServiceAccountPayload | None:
        shown = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            created, secret = await ServiceAccountService().create(session, input.to_domain())
            shown.keep(secret)
            return created.id

        return await perform(
            info,
            input,
            CreateServiceAccountPayload,
            work,
            service_account=accounts.service_account_by_id,
            client_secret=shown,
        )

    @strawberry.mutation(description="Change what a program may do, or whether it may anything")
    async def update_service_account(
        self, info: Info, input: UpdateServiceAccountInput
    ) -> UpdateServiceAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await ServiceAccountService().update(
                session,
                input.service_account_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        answer = await perform(
            info,
            input,
            UpdateServiceAccountPayload,
            work,
            service_account=accounts.service_account_by_id,
        )
        _forget_program(info, answer)
        return answer

    @strawberry.mutation(
        description="A new secret for a program; the old one and its tokens are good no more"
    )
    async def rotate_service_account_secret(
        self, info: Info, input: RotateServiceAccountSecretInput
    ) -> RotateServiceAccountSecretPayload | None:
        shown = ShownOnce()

        async def work(session: UnitOfWork) -> int:
            rotated, secret = await ServiceAccountService().rotate_secret(
                session, input.service_account_id, expected_version=input.expected_version
            )
            shown.keep(secret)
            return rotated.id

        answer = await perform(
            info,
            input,
            RotateServiceAccountSecretPayload,
            work,
            service_account=accounts.service_account_by_id,
            client_secret=shown,
        )
        _forget_program(info, answer)
        return answer


def _forget_program(info: Info, answer: _ServiceAccountPayload) -> None:
    changed: Any = answer.service_account
    if changed is not None:
        info.services.authenticator.forget(f"service:{changed.name}")
