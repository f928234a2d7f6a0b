"""Mutations of the radius module: authenticate, authorize, account, disconnect."""

from typing import Any

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.radius.models import AuthReason
from domain.radius.recording import AccountingOutcome
from domain.radius.services import RadiusService
from graph.context import Info
from graph.payloads import Payload, perform
from graph.radius.inputs import (
    AuthenticateCustomerInput,
    AuthorizeCustomerInput,
    DisconnectSessionInput,
    RecordAccountingInput,
    RegisterNasInput,
)
from graph.radius.types import Nas, RadiusSession, ServiceAuthorization
from resolvers.radius import authorizations, network, sessions


@strawberry.type(description="How an authentication ended; a refusal is an answer, not an error")
class AuthenticateCustomerPayload(Payload):
    authenticated: bool = strawberry.field(description="Whether the customer may come online")
    reason: AuthReason = strawberry.field(description="Why; the same for every bad credential")


@strawberry.type(description="What became of `authorizeCustomer`")
class AuthorizeCustomerPayload(Payload):
    authorization: ServiceAuthorization | None = strawberry.field(
        default=None, description="What a NAS would be told now"
    )


@strawberry.type(description="What became of `recordAccounting`")
class RecordAccountingPayload(Payload):
    outcome: AccountingOutcome | None = strawberry.field(
        default=None, description="What became of the record; null if it was refused"
    )
    session: RadiusSession | None = strawberry.field(
        default=None, description="The session now; null if you may not read sessions"
    )
    closed_sessions: int | None = strawberry.field(
        default=None, description="How many sessions of the NAS an ON or OFF closed"
    )


@strawberry.type(description="What became of `disconnectSession`")
class DisconnectSessionPayload(Payload):
    session: RadiusSession | None = strawberry.field(
        default=None, description="The session now; null if you may not read sessions"
    )


@strawberry.type(description="What became of `registerNas`")
class RegisterNasPayload(Payload):
    nas: Nas | None = strawberry.field(default=None, description="The new server")


async def _outcome(_info: Info, answer: dict[str, Any]) -> AccountingOutcome:
    return AccountingOutcome(answer["outcome"])


async def _session(info: Info, answer: dict[str, Any]) -> Any:
    return await sessions.changed(info, answer["session_id"])


async def _closed(_info: Info, answer: dict[str, Any]) -> int:
    return int(answer["closed_sessions"])


@strawberry.type
class RadiusMutations:
    @strawberry.mutation(description="Check a customer's username and password for the network")
    async def authenticate_customer(
        self, info: Info, input: AuthenticateCustomerInput
    ) -> AuthenticateCustomerPayload | None:
        async with info.context.unit_of_work() as session:
            outcome = await RadiusService(info.services.vault).authenticate_customer(
                session, input.username, input.password
            )
        return AuthenticateCustomerPayload(
            authenticated=bool(outcome),
            reason=outcome.reason,
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Decide whether and how a customer gets onto the network")
    async def authorize_customer(
        self, info: Info, input: AuthorizeCustomerInput
    ) -> AuthorizeCustomerPayload | None:
        async def work(session: UnitOfWork) -> int:
            await RadiusService().authorize_customer(session, input.customer_id)
            return input.customer_id

        return await perform(
            info, input, AuthorizeCustomerPayload, work, authorization=authorizations.by_customer
        )

    @strawberry.mutation(
        description="Keep what a NAS reports; repetitions and late records change nothing"
    )
    async def record_accounting(
        self, info: Info, input: RecordAccountingInput
    ) -> RecordAccountingPayload | None:
        async def work(session: UnitOfWork) -> dict[str, Any]:
            kept = await RadiusService().record_accounting(session, input.to_domain())
            return {
                "outcome": kept.outcome,
                "session_id": kept.session.id if kept.session else None,
                "closed_sessions": kept.closed_sessions,
            }

        return await perform(
            info,
            input,
            RecordAccountingPayload,
            work,
            outcome=_outcome,
            session=_session,
            closed_sessions=_closed,
        )

    @strawberry.mutation(
        description="Ask for a session's end; it is online until its NAS reports a Stop"
    )
    async def disconnect_session(
        self, info: Info, input: DisconnectSessionInput
    ) -> DisconnectSessionPayload | None:
        async def work(session: UnitOfWork) -> int:
            marked = await RadiusService().disconnect_session(session, input.key, input.reason)
            return marked.id

        return await perform(info, input, DisconnectSessionPayload, work, session=sessions.changed)

    @strawberry.mutation(description="Put a network access server on the list")
    async def register_nas(self, info: Info, input: RegisterNasInput) -> RegisterNasPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await RadiusService().register_nas(session, input.to_domain())).id

        return await perform(info, input, RegisterNasPayload, work, nas=network.nas_by_id)
