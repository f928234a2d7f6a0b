"""Mutations of data protection."""

import datetime

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.privacy.errors import ErasureBlocked as ErasureBlockedError
from domain.privacy.services import Export, PrivacyService
from graph.context import Info
from graph.payloads import PROBLEMS, MutationInput, Payload, Problem, UserError, perform
from graph.privacy.enums import ErasureBlocker, ErasureReason
from graph.scalars import JSON


@strawberry.type(description="The customer has dealings with the provider that come first")
class ErasureBlocked(Problem, UserError):
    shows = ErasureBlockedError

    blockers: list[ErasureBlocker] = strawberry.field(description="What is to be settled")


PROBLEMS.append(ErasureBlocked)


@strawberry.input(description="Whose data to tell")
class ExportCustomerDataInput(MutationInput):
    customer_id: int = strawberry.field(description="Number of the customer")


@strawberry.input(description="Whom to forget, and on which ground")
class EraseCustomerInput(MutationInput):
    customer_id: int = strawberry.field(description="Number of the customer")
    reason: ErasureReason = strawberry.field(description="Ground of GDPR art. 17(1)")


@strawberry.type(description="What became of `exportCustomerData`")
class ExportCustomerDataPayload(Payload):
    document: JSON | None = strawberry.field(
        default=None, description="Everything that is held of the customer, table by table"
    )
    sha256: str | None = strawberry.field(
        default=None,
        description="Digest of the document as JSON with sorted keys and no blanks, in hex",
    )


@strawberry.type(description="What became of `eraseCustomer`")
class EraseCustomerPayload(Payload):
    erased_at: datetime.datetime | None = strawberry.field(
        default=None, description="Timestamp of the erasure, that of the first if repeated"
    )
    was_erased_before: bool | None = strawberry.field(
        default=None, description="Whether there was nothing to do any more"
    )


@strawberry.type
class PrivacyMutations:
    @strawberry.mutation(
        description="Tell everything that is held of a customer (GDPR art. 15 and 20); customers "
        "may ask for themselves"
    )
    async def export_customer_data(
        self, info: Info, input: ExportCustomerDataInput
    ) -> ExportCustomerDataPayload | None:
        made: list[Export] = []

        async def work(session: UnitOfWork) -> str:
            made.append(
                await PrivacyService().export_data(
                    info.context.database, session.actor, input.customer_id
                )
            )
            return made[0].sha256

        async def document(_info: Info, _sha256: str) -> object:
            if made:
                return made[0].document
            return await PrivacyService().document_again(
                info.context.database, info.actor, input.customer_id
            )

        async def sha256(_info: Info, digest: str) -> str:
            return digest

        return await perform(
            info, input, ExportCustomerDataPayload, work, document=document, sha256=sha256
        )

    @strawberry.mutation(
        description="Forget a customer who has left (GDPR art. 17); what law keeps stays under a "
        "number. It cannot be undone"
    )
    async def erase_customer(
        self, info: Info, input: EraseCustomerInput
    ) -> EraseCustomerPayload | None:
        async def work(session: UnitOfWork) -> list[object]:
            request = await PrivacyService().erase(
                session,
                input.customer_id,
                reason=input.reason,
                keep_sessions=info.services.settings.keep_sessions,
            )
            return [request.done_at.isoformat(), request.done_at < session.now]

        async def erased_at(_info: Info, done: list[str]) -> datetime.datetime:
            return datetime.datetime.fromisoformat(done[0])

        async def was_erased_before(_info: Info, done: list[bool]) -> bool:
            return done[1]

        return await perform(
            info,
            input,
            EraseCustomerPayload,
            work,
            erased_at=erased_at,
            was_erased_before=was_erased_before,
        )
